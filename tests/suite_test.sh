#!/usr/bin/env bash
# The runners of tests are not deaf: a step, a cmocka suite or a co-simulation
# that fails, crashes, is missing, skips, hangs or counts nothing is a failure,
# what a step needs is built and nothing else, and a dry run runs nothing.
set -u
: "${MAKE:=make}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$PWD
passed=0
failed=0

# judge NAME TEST...: one check; what went before it is in $work/log.
judge() {
  local name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAIL $name"
    sed 's/^/     /' "$work/log"
  fi
}

# script PATH: an executable of standard input.
script() {
  mkdir -p "$(dirname "$1")"
  { echo '#!/usr/bin/env bash' && cat; } >"$1"
  chmod +x "$1"
}

# ends STATUS LINE: how the last command ended, and with which last line.
ends() { [ "$status" -eq "$1" ] && [ "$(tail -1 "$work/log")" = "$2" ]; }

# A make that writes down what it is to build and cannot build "broken".
script "$work/make" <<'S'
for word; do
  case $word in -*) continue ;; esac
  echo "$word" >>"$BUILD/made"
  [ "$word" != broken ] || { echo "no rule for broken"; bad=1; }
done
exit "${bad:-0}"
S

# suite [STEP...]: runs the suite file of standard input.
suite() {
  cat >"$work/suite.txt"
  rm -rf "$work/build" && mkdir "$work/build"
  BUILD=$work/build MAKE=$work/make tests/suite.sh "$work/suite.txt" "$@" \
    >"$work/log" 2>&1
  status=$?
}

# deaf NAME COMMAND: a step of this command is a failure.
deaf() {
  suite <<<"step | | proves | $2"
  judge "$1" [ "$status" -eq 1 -a "$(tail -1 "$work/log" |
    grep -cE '^[0-9]+ passed, [1-9][0-9]* failed$')" -eq 1 ]
}

# A suite that is stopped takes its steps with it.
stopped() {
  local step tries=100
  rm -rf "$work/build" && mkdir "$work/build"
  echo 'a | | p | once echo $$ >"$BUILD/a"; sleep 600' >"$work/suite.txt"
  BUILD=$work/build MAKE=$work/make tests/suite.sh "$work/suite.txt" \
    >"$work/log" 2>&1 &
  while [ ! -s "$work/build/a" ]; do sleep 0.1; done
  step=$(cat "$work/build/a")
  kill $!
  wait $!
  judge "a suite that is stopped" [ $? -eq 1 ]
  while kill -0 "$step" 2>/dev/null && [ $((tries -= 1)) -gt 0 ]; do
    sleep 0.1
  done
  judge "takes its steps with it" [ "$tries" -gt 0 ]
}

steps() {
  suite <<<'step | | proves | echo 2 passed, 0 failed; echo 3 passed, 0 failed'
  judge "counts add up" ends 0 "5 passed, 0 failed"
  suite <<<'step | | proves | once true'
  judge "once is one check" ends 0 "1 passed, 0 failed"
  suite <<<'step | | proves | echo "[  PASSED  ] 4 test(s)."'
  judge "a cmocka summary counts" ends 0 "4 passed, 0 failed"

  deaf "a command that fails" 'exit 3'
  deaf "a single check that fails" 'once false'
  deaf "a command that is missing" 'once no-such-command'
  deaf "no counts" 'echo all is well'
  deaf "counts of nothing" 'echo 0 passed, 0 failed'
  deaf "counts and a failing status" 'echo 3 passed, 0 failed; exit 1'
  deaf "a failure and a good status" 'echo 3 passed, 1 failed'
  STEP_SECONDS=1 deaf "a step that hangs" 'echo 1 passed, 0 failed; sleep 600'
  judge "and says so" grep -q "no end after 1 seconds" "$work/log"
  STEP_SECONDS=1 deaf "a single check that hangs" 'once sleep 600'
  suite <<<'a | | p | once while [ ! -e "$BUILD/b" ]; do sleep 0.1; done
b | | p | once touch "$BUILD/b"'
  judge "two steps at a time" ends 0 "2 passed, 0 failed"
  stopped
  deaf "an early command that fails" 'false; echo 1 passed, 0 failed'
  deaf "a pipeline with a failing part" 'once false | cat'
  deaf "a variable that is not set" 'once echo $NO_SUCH_VARIABLE'
  deaf "cmocka fails with status 0" \
    'echo "[  PASSED  ] 4 test(s)."; echo "[  FAILED  ] 256 test(s), listed"'
  deaf "cmocka skips" \
    'echo "[  PASSED  ] 4 test(s)."; echo "[  SKIPPED ] 1 test(s), listed"'
  deaf "a library that is missing" \
    "$work/nothing/systolith random --config nano"
}

# Steps that need something; a file that is wrong; steps that are not there.
files() {
  local two='a | one two | p | once true
b | two three | p | once true'
  suite <<<"$two"
  judge "what steps need is built" [ "$(sort -u "$work/build/made" |
    paste -sd' ')" = "one three two" ]
  suite a <<<"$two"
  judge "and no more" [ "$(sort -u "$work/build/made" | paste -sd' ')" = \
    "one two" ]
  suite <<<'a | broken | p | once touch "$BUILD/ran"
b | one | p | once true'
  judge "what does not build is a failure" ends 1 "1 passed, 1 failed"
  judge "and does not run" [ ! -e "$work/build/ran" ]
  judge "and is named" grep -q "no rule for broken" "$work/log"
  suite c <<<"$two"
  judge "a step that is not there" grep -q "no step 'c'" "$work/log"
  judge "is an error" [ "$status" -eq 2 ]
  suite <<<'a | proves | once true'
  judge "a line with a column missing" [ "$status" -eq 2 ]
  suite <<<"$two"$'\n'"$two"
  judge "two steps of one name" [ "$status" -eq 2 ]
  suite </dev/null
  judge "no steps at all" ends 1 "0 passed, 0 failed"
}

# unit NAME STATUS LAST-LINE: the runner of cmocka suites on a tree of two, of
# which the second is the script of standard input, or missing when that is
# empty.
unit() {
  local name=$1 want=$2 last=$3 body
  body=$(cat)
  rm -rf "$work/tree" && mkdir -p "$work/tree/tests/room"
  touch "$work/tree/tests/room/test_a.c" "$work/tree/tests/room/test_b.c"
  script "$work/tree/build/san/tests/room/test_a" <<<'echo "[  PASSED  ] 2 test(s)."'
  [ -z "$body" ] || script "$work/tree/build/san/tests/room/test_b" <<<"$body"
  (cd "$work/tree" && BUILD=build "$root/tests/unit.sh") >"$work/log" 2>&1
  status=$?
  judge "$name" ends "$want" "$last"
}

units() {
  unit "suites add up" 0 "5 passed, 0 failed" <<<'echo "[  PASSED  ] 3 test(s)."'
  unit "a suite that is missing" 1 "2 passed, 1 failed" </dev/null
  unit "a suite that crashes" 1 "2 passed, 1 failed" <<<'kill -SEGV $$'
  unit "a suite that checks nothing" 1 "2 passed, 1 failed" \
    <<<'echo "[  PASSED  ] 0 test(s)."'
  unit "a suite that skips" 1 "3 passed, 1 failed" \
    <<<'echo "[  PASSED  ] 1 test(s)."; echo "[  SKIPPED ] 1 test(s), listed"'
  unit "a suite that fails" 1 "3 passed, 2 failed" \
    <<<'echo "[  PASSED  ] 1 test(s)."; echo "[  FAILED  ] 2 test(s), listed"'
  unit "a suite that ends badly" 1 "3 passed, 1 failed" \
    <<<'echo "[  PASSED  ] 1 test(s)."; exit 1'
}

# cosim NAME STATUS: the short co-simulations with the systolith of standard
# input, which writes the report that its argument behind --json names.
cosim() {
  script "$work/cosim/systolith"
  BUILD=$work/cosim CASES=$work/cases.txt tests/cosim/run.sh nano >"$work/log" 2>&1
  status=$?
  judge "$1" [ "$status" -eq "$2" ]
}

cosims() {
  printf '%s\n' 'memory | --memory fixed:1:0' 'memory | --stalls 9:1' \
    'trace one | --gemm 1x1x1' 'program two | --gemm 2x2x2' >"$work/cases.txt"
  local common='if [ "$1" = compile ]; then
  while [ "$1" != -o ]; do shift; done
  : >"$2"
fi
[ "$1" = run ] || exit 0
while [ "$1" != --json ]; do shift; done'
  cosim "co-simulations that agree" 0 <<S
$common
printf '%s\n' '"csim": {' '"cycles": 996,' '"rtl": {' '"cycles": 1000,' >"\$2"
S
  cosim "no report but that of the run before" 1 <<<'exit 0'
  cosim "cycles that are far off" 1 <<S
$common
printf '%s\n' '"csim": {' '"cycles": 1021,' '"rtl": {' '"cycles": 1000,' >"\$2"
S
  cosim "cycles that are near, but off on average" 1 <<S
$common
printf '%s\n' '"csim": {' '"cycles": 1006,' '"rtl": {' '"cycles": 1000,' >"\$2"
S
  cosim "a run that fails" 1 <<<'[ "$1" = trace ]'
  cosim "a trace that fails" 1 <<<'[ "$1" = run ]'
  rm -r "$work/cosim"
  BUILD=$work/cosim tests/cosim/run.sh nano >"$work/log" 2>&1
  status=$?
  judge "no command" [ "$status" -ne 0 ]
}

# chip NAME STATUS MEAN WORST LAYER: an odd chip whose programs and layers have
# such errors in cycles, in percent; LAYER none: each of them is refused.
chip() {
  script "$work/chip/systolith" <<S
case \$* in
random*) echo "1 passed, 0 failed; error mean $3 %, worst $4 %" ;;
run*)
  [ $5 != none ] || { echo "it does not fit the on-chip memories"; exit 1; }
  while [ "\$1" != --json ]; do shift; done
  echo '  "cycle_error_pct": $5,' >"\$2" ;;
esac
S
  BUILD=$work/chip MAKE=true verif/random/configs.sh odd least >"$work/log" 2>&1
  status=$?
  judge "$1" [ "$status" -eq "$2" ]
}

chips() {
  chip "a chip in time" 0 0.500 2.00 -0.5
  chip "programs off on average" 1 0.501 1.00 0.1
  chip "a program that is far off" 1 0.100 2.01 0.1
  chip "a layer that is far off" 1 0.100 1.00 -0.51
  chip "a chip on which no layer runs" 1 0.100 1.00 none
}

# dry TARGET...: prints what it would do, and does nothing.
dry() {
  env -u MAKEFLAGS "$MAKE" -n "$@" BUILD="$work/dry" >"$work/log" 2>&1
  status=$?
  judge "make -n $*" [ "$status" -eq 0 -a ! -e "$work/dry" ]
}

steps
files
units
cosims
chips
dry all
dry test
judge "prints the suite" grep -q '^tests/suite.sh ' "$work/log"
dry test-one STEP=front
dry run
dry regress
dry test-dma
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
