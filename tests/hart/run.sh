#!/usr/bin/env bash
# The processor of the platform does what Unicorn does, on random instructions,
# and plays a program with the player image at a hundred million instructions a
# second at least.
set -u
: "${BUILD:=build}"
streams=2000
least=100
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# judge COMMAND...
judge() {
  if "$@"; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "FAIL $*"
  fi
}

judge "$BUILD/hart/lockstep" $streams
"$BUILD/systolith" trace --model gpt2 --phase decode --past 100 --steps 50 \
  -o "$work/trace" &&
  "$BUILD/systolith" compile "$work/trace" --config edge -o "$work/program"
for level in Os O2; do
  printf '  %s ' -$level
  judge "$BUILD/hart/play" "$BUILD/rv32/$level/player.elf" "$work/program" \
    $least
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -eq 3 ]
