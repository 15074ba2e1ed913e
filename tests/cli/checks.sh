# What the checks of the command line share; sourced by run.sh, which sets
# $systolith and $work.
# shellcheck shell=bash
passed=0
failed=0

# report NAME PROBLEM: counts one check; an empty problem is a success.
report() {
  if [ -z "$2" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAIL %s: %s\n' "$1" "$2"
    sed 's/^/     stderr: /' "$work/err" | head -5
  fi
}

# run ARGUMENTS...: leaves status, $work/out and $work/err.
run() {
  "$systolith" "$@" >"$work/out" 2>"$work/err" </dev/null
  status=$?
}

# What is left of output files, finished or not.
leftovers() {
  find "$work" -name 'result*' | tr '\n' ' '
}

# refuses STATUS MESSAGE ARGUMENTS...: fails with this status and exactly this
# message (behind "systolith: "), and leaves no file behind.
refuses() {
  local want=$1 message=$2 problem=
  shift 2
  run "$@"
  if [ "$status" -ne "$want" ]; then
    problem="exit status $status instead of $want"
  elif [ "$(head -1 "$work/err")" != "systolith: $message" ]; then
    problem="message is not 'systolith: $message'"
  elif [ -n "$(leftovers)" ]; then
    problem="left $(leftovers)"
  fi
  rm -f "$work"/result*
  report "$*" "$problem"
}

# succeeds PATTERN ARGUMENTS...: status 0, standard output matches.
succeeds() {
  local pattern=$1 problem=
  shift
  run "$@"
  if [ "$status" -ne 0 ]; then
    problem="exit status $status"
  elif ! grep -qE -- "$pattern" "$work/out"; then
    problem="no '$pattern' on standard output"
  elif [ -s "$work/err" ]; then
    problem="something on standard error"
  fi
  report "$*" "$problem"
}

# check NAME TEST...: a condition.
check() {
  local name=$1
  shift
  if "$@"; then report "$name" ""; else report "$name" "does not hold"; fi
}
