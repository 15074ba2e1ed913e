#!/usr/bin/env bash
# Two layers of every file of tests/families/models, prefill and decode, in
# bf16, on the C model and on the RTL of one configuration: every command starts
# and retires in the same cycle on both and leaves the same bits.
#
#   tests/families/rtl.sh CONFIG
set -u
config=$1
: "${BUILD:=build}"
home=$(dirname "$0")
work=$BUILD/families/$config
mkdir -p "$work" || exit 1
passed=0
failed=0

# play BACKEND EVENTS: what retired, without the commands' words, which the RTL
# does not tell.
play() {
  rm -f "$work/events"
  "$BUILD/systolith" run "$work/layers.trace" --config "$config" \
    --backend "$1" --no-reference --quiet --events "$work/events" &&
    cut -d ' ' -f 1-5 "$work/events" >"$2"
}

# judge NAME TRACE-OPTIONS
judge() {
  local verdict=same
  rm -f "$work/csim" "$work/rtl"
  # shellcheck disable=SC2086 # the options are several words
  if ! "$BUILD/systolith" trace --model "$home/models/$1.json" $2 --layers 2 \
    -o "$work/layers.trace" 2>"$work/error"; then
    # Encoders are not asked for what they cannot do.
    [[ $2 == *decode* ]] && grep -q 'is not causal' "$work/error" && return
    verdict="no trace: $(<"$work/error")"
  elif ! play csim "$work/csim" || ! play rtl "$work/rtl"; then
    verdict="does not run"
  elif [ "$(wc -l <"$work/csim")" -lt 100 ]; then
    verdict="hardly anything ran"
  elif ! diff "$work/csim" "$work/rtl" >"$work/difference"; then
    verdict="csim (<) and rtl (>) differ, as 'index engine start end digest':
$(head -4 "$work/difference")"
  fi
  if [ "$verdict" = same ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $1 $2: $verdict"
  fi
}

for file in "$home"/models/*.json; do
  name=$(basename "$file" .json)
  judge "$name" "--phase prefill --seq 6 --batch 2"
  judge "$name" "--phase decode --past 9 --batch 2"
done
echo "$config: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
