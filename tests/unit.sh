#!/usr/bin/env bash
# Runs every cmocka suite of the sanitized build and adds up their cases.
set -u
passed=0
failed=0
for test in "$BUILD"/san/tests/*/test_*; do
  [ -x "$test" ] && [ "${test%.[od]}" = "$test" ] || continue
  log=$BUILD/test/$(basename "$test").log
  "$test" >"$log" 2>&1
  status=$?
  p=$(sed -nE 's/^\[  PASSED  \] ([0-9]+) test.*/\1/p' "$log" |
    awk '{ s += $1 } END { print s + 0 }')
  f=$(sed -nE 's/^\[  FAILED  \] ([0-9]+) test.*/\1/p' "$log" |
    awk '{ s += $1 } END { print s + 0 }')
  [ "$status" -eq 0 ] || [ "$f" -gt 0 ] || f=1
  [ $((p + f)) -gt 0 ] || f=1
  passed=$((passed + p))
  failed=$((failed + f))
  printf '%-22s %4d passed, %d failing\n' "$(basename "$test")" "$p" "$f"
  [ "$f" -eq 0 ] || tail -25 "$log"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
