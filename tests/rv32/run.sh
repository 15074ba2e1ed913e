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

# count NAME: on the image of each level, and with its code in the ROM.
count() {
  for image in Os/player O2/player Os/player-rom; do
    printf '  %-14s ' $image
    if "$BUILD/rv32/count" "$BUILD/rv32/$image.elf" "$work/$1" $most
    then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  done
}

# storm NAME: interrupts anywhere change nothing but the count.
storm() {
  printf '  %-14s ' storm
  if "$BUILD/rv32/count" "$BUILD/rv32/Os/player.elf" "$work/$1" 1000 storm
  then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

# An accelerator that does nothing is one that the player names.
dead() {
  local out
  out=$("$BUILD/rv32/count" "$BUILD/rv32/Os/player.elf" "$work/$1" $most dead)
  if [ $? -eq 1 ] &&
    grep -q 'engine 1 holds command .* waits for semaphores 0x00000002' \
      <<<"$out" && grep -q 'no command retired for the time-out' <<<"$out"
  then passed=$((passed + 1)); else
    failed=$((failed + 1)); echo "$out"
  fi
}

program prefill edge --model gpt2 --phase prefill --seq 32 && count prefill &&
  dead prefill && storm prefill
program decode edge --model gpt2 --phase decode --past 100 --steps 50 &&
  count decode
program grouped server --model llama-3.2-1b --phase decode --past 500 \
  --steps 50 --dtype int8 && count grouped
program batch server --model gpt2 --phase decode --past 100 --steps 50 \
  --batch 8 && count batch
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -eq 14 ]
