#!/usr/bin/env bash
# Plays programs with the RV32 images of the player: their commands are those of
# the host, and none takes more than a hundred instructions.
set -u
: "${BUILD:=build}"
most=100
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# program NAME CONFIG TRACE-OPTION...
program() {
  local name=$1 config=$2
  shift 2
  "$BUILD/systolith" trace "$@" -o "$work/trace" &&
    "$BUILD/systolith" compile "$work/trace" --config "$config" \
      -o "$work/$name" && printf '%s on %s: %s\n' "$name" "$config" "$*"
}

# count NAME: on the image of each level.
count() {
  for level in Os O2; do
    printf '  %s ' -$level
    if "$BUILD/rv32/count" "$BUILD/rv32/$level/player.elf" "$work/$1" $most
    then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  done
}

program prefill edge --model gpt2 --phase prefill --seq 32 && count prefill
program decode edge --model gpt2 --phase decode --past 100 --steps 50 &&
  count decode
program grouped server --model llama-3.2-1b --phase decode --past 500 \
  --steps 50 --dtype int8 && count grouped
program batch server --model gpt2 --phase decode --past 100 --steps 50 \
  --batch 8 && count batch
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -eq 8 ]
