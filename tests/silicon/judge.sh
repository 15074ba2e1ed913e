# What the tests of the silicon flow share; sourced.  Each has an empty folder.
# shellcheck shell=bash
# shellcheck disable=SC2034 # for who sources it
liberty=$(sed -n 's/^SILICON_LIBERTY = //p' mk/silicon-choice.mk)
dir=$BUILD/silicon/$(basename "$0" .sh)
rm -rf "$dir"
mkdir -p "$dir"
passed=0
failed=0

# judge NAME COMMAND...: counts one check.
judge() {
  if "${@:2}"; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "FAIL $1" >&2
  fi
}

# The last line of a test, and its exit status.
verdict() {
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}
