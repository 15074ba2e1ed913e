#!/usr/bin/env bash
# Runs the cmocka suite of every tests/*/test_*.c from the sanitized build, those
# of families from the plain one, and adds up their cases.  A suite that is not
# there, skips or crashes has failed.
set -u
: "${BUILD:=build}"
export BUILD
passed=0
failed=0
mkdir -p "$BUILD/test" || exit 1

# sum LOG WORD: the counts of a cmocka summary line.
sum() {
  awk -v word="$2" '
    /^\[ +[A-Z]+ +\] [0-9]+ test/ && $2 == word { s += $4 }
    END { print s + 0 }' "$1"
}

for source in tests/*/test_*.c; do
  name=${source#tests/}
  name=${name%.c}
  log=$BUILD/test/${name//\//-}.log
  case $name in
    families/*) suite=$BUILD/tests/$name ;;
    *) suite=$BUILD/san/tests/$name ;;
  esac
  "$suite" >"$log" 2>&1
  status=$?
  p=$(sum "$log" PASSED)
  f=$(($(sum "$log" FAILED) + $(sum "$log" SKIPPED)))
  [[ $f -gt 0 || ($status -eq 0 && $p -gt 0) ]] || f=1
  passed=$((passed + p))
  failed=$((failed + f))
  printf '%-34s %4d passed, %d failing\n' "$name" "$p" "$f"
  [ "$f" -eq 0 ] || tail -25 "$log"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
