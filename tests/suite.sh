#!/usr/bin/env bash
# Runs the steps of a suite file and counts what passed.
#
#   tests/suite.sh SUITE [STEP...]
#
# A line of SUITE is `name | what it proves | command`; the command sees
# $BUILD and $MAKE.  A step whose output counts its own checks (a cmocka
# summary, or `N passed, N failed`) adds those counts; any other step counts as
# one.  A step that exits with an error has at least one failure.
set -u
suite=$1
shift
: "${BUILD:=build}" "${MAKE:=make}"
export BUILD MAKE
logs=$BUILD/test
mkdir -p "$logs"
passed=0
failed=0

# Prints "PASSED FAILED" as the log of a step counts them.
count() {
  awk '
    /^\[  PASSED  \] [0-9]+ test/ { p += $4; seen = 1 }
    /^\[  FAILED  \] [0-9]+ test/ { f += $4; seen = 1 }
    /[0-9]+ passed, [0-9]+ failed/ {
      match($0, /[0-9]+ passed, [0-9]+ failed/)
      split(substr($0, RSTART, RLENGTH), w, " ")
      p += w[1]; f += w[3]; seen = 1
    }
    END { if (seen) print p + 0, f + 0 }' "$1"
}

step() {
  local name=$1 proves=$2 command=$3 log=$logs/$1.log
  local begin=$SECONDS status p f
  bash -c "$command" >"$log" 2>&1 </dev/null
  status=$?
  read -r p f <<<"$(count "$log")"
  if [ -z "${p:-}" ]; then
    p=$((status == 0))
    f=$((status != 0))
  elif [ $((p + f)) -eq 0 ]; then
    f=1 # a step that checked nothing proves nothing
  elif [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then
    f=1
  fi
  passed=$((passed + p))
  failed=$((failed + f))
  printf '%-5s %-18s %5d s  %6d passed %3d failed  %s\n' \
    "$([ "$f" -eq 0 ] && echo ok || echo FAIL)" "$name" \
    $((SECONDS - begin)) "$p" "$f" "$proves"
  if [ "$f" -ne 0 ]; then
    tail -40 "$log" | sed 's/^/      /'
    printf '      repeat with: make test-one STEP=%s   log: %s\n' "$name" "$log"
  fi
}

trim() {
  local text=$1
  text=${text#"${text%%[![:space:]]*}"}
  printf '%s' "${text%"${text##*[![:space:]]}"}"
}

while IFS='|' read -r name proves command; do
  name=$(trim "$name")
  case $name in '' | '#'*) continue ;; esac
  if [ $# -gt 0 ]; then
    wanted=
    for only in "$@"; do [ "$only" = "$name" ] && wanted=1; done
    [ -n "$wanted" ] || continue
  fi
  step "$name" "$(trim "$proves")" "$(trim "$command")"
done <"$suite"

echo
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
