#!/usr/bin/env bash
# The library of the unit benches: what a failure says, and that none is lost.
set -u
: "${BUILD:=build}"
bench=$BUILD/tests/bench/report
passed=0
failed=0

# says NAME STATUS ARGUMENTS -- LINE...: the bench ends so and prints each line.
says() {
  local name=$1 want=$2 status=0 arguments=() log line
  shift 2
  while [ "$1" != -- ]; do
    arguments+=("$1")
    shift
  done
  shift
  log=$("$bench" "${arguments[@]}" 2>&1)
  [ $? -eq "$want" ] || status=1
  for line; do grep -qxF -- "$line" <<<"$log" || status=1; done
  if [ "$status" -eq 0 ]; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    printf 'FAIL %s\n%s\n' "$name" "$log"
  fi
}

says "what is right passes" 0 --count 1 -- \
  "report shape, seed 1: 2 passed, 0 failed"
says "a difference" 1 --count 3 --seed 7 -- \
  "FAILED: report shape: a wrong number, cycle 1234" \
  "  row is 148 (0x94), expected 147 (0x93)" \
  "  command 17: LOAD mem=0x0 sp=0x0 len=5" \
  "  repeat with: $bench --seed 7 --count 3" \
  "report shape, seed 7: 2 passed, 1 failed"
says "a digest" 1 --count 128 -- "  digest is 5ab01c77, expected 5ab01cf7"
says "bytes" 1 --count 4 -- \
  "  scratchpad byte 0x102 is 03, expected 07" \
  "    is       0x00000100: 01 02 03 04" \
  "    expected 0x00000100: 01 02 07 04"
says "memory" 1 --count 8 -- "FAILED: report shape: wrong memory, cycle 0" \
  "report shape, seed 1: 1 passed, 1 failed"
says "a test that checks nothing" 1 --count 16 -- "  nothing was checked" \
  "report shape, seed 1: 1 passed, 1 failed"
says "a range" 1 --count 32 -- "  rate is 0.5, expected 0.98 to 1"
says "the end of a bench" 1 --count 65 -- "  a rule" \
  "report shape, seed 1: 1 passed, 1 failed"
says "a test that never ends" 1 --count 257 -- "  the test does not end" \
  "FAILED: report shape: endless, cycle 2000006" \
  "report shape, seed 1: 1 passed, 1 failed"
says "an option that is none" 2 --sed 1 -- "$bench: what is '--sed'?"
says "a number that is none" 2 --count x -- "$bench: what is '--count'?"
says "a number that is missing" 2 --seed -- "$bench: what is '--seed'?"
says "help" 0 --help -- "usage: $bench [OPTIONS]"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
