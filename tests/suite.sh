#!/usr/bin/env bash
# Builds and runs the steps of a suite file and counts what passed.
#
#   tests/suite.sh SUITE [STEP...]
#
# A line of SUITE is `name | needs | what it proves | command`.  `needs` are
# make targets, built before anything runs; a step that cannot be built has
# failed.  PARALLEL steps run at a time.  The command sees $BUILD and $MAKE.  Its output counts its checks: a
# cmocka summary, or `N passed, N failed`; a command that starts with `once `
# is a single check, judged by its exit status.  A step fails when its command
# does, when a part of a pipeline does, when it counts nothing, or skips, or
# takes longer than STEP_SECONDS.
set -u
suite=$1
shift
: "${BUILD:=build}" "${MAKE:=make}" "${PARALLEL:=2}" "${STEP_SECONDS:=1800}"
export BUILD MAKE
logs=$BUILD/test
passed=0
failed=0

die() {
  echo "$suite: $1" >&2
  exit 2
}

trim() {
  local text=$1
  text=${text#"${text%%[![:space:]]*}"}
  printf '%s' "${text%"${text##*[![:space:]]}"}"
}

# build TARGET...: -k, so that one that fails leaves the others standing.
build() { [ $# -eq 0 ] || "$MAKE" --no-print-directory -k -j"$PARALLEL" "$@"; }

# Prints "PASSED FAILED" as the log of a step counts them.
count() {
  awk '
    /^\[  PASSED  \] [0-9]+ test/ { p += $4 }
    /^\[  (FAILED |SKIPPED) \] [0-9]+ test/ { f += $4 }
    /[0-9]+ passed, [0-9]+ failed/ {
      match($0, /[0-9]+ passed, [0-9]+ failed/)
      split(substr($0, RSTART, RLENGTH), w, " ")
      p += w[1]; f += w[3]
    }
    END { print p + 0, f + 0 }' "$1"
}

# step NAME NEEDS PROVES COMMAND: prints how it went, leaves its counts in NAME.count.
step() {
  local name=$1 needs=$2 proves=$3 command=$4 log=$logs/$1.log
  local begin=$SECONDS status p=0 f=1
  # shellcheck disable=SC2086 # several targets
  if [ -z "$built" ] && ! build $needs >"$log" 2>&1; then
    status=build
  else
    timeout -k 10 "$STEP_SECONDS" bash -euo pipefail -c "${command#once }" \
      >"$log" 2>&1 </dev/null &
    # shellcheck disable=SC2064 # of this process
    trap "kill $!; exit 1" TERM
    wait $!
    status=$?
    [ "$status" -ne 124 ] || echo "no end after $STEP_SECONDS seconds" >>"$log"
    if [[ $command != once\ * ]]; then
      read -r p f <<<"$(count "$log")"
      # One that counts nothing proves nothing, one that fails did not pass.
      [[ $f -gt 0 || ($status -eq 0 && $p -gt 0) ]] || f=1
    elif [ "$status" -eq 0 ]; then
      p=1 f=0
    fi
  fi
  echo "$p $f" >"$logs/$name.count"
  printf '%-5s %-18s %5d s  %6d passed %3d failed  %s\n' \
    "$([ "$f" -eq 0 ] && echo ok || echo FAIL)" "$name" \
    $((SECONDS - begin)) "$p" "$f" "$proves"
  if [ "$f" -ne 0 ]; then
    tail -40 "$log" | sed 's/^/      /'
    printf '      status %s; repeat with: make test-one STEP=%s   log: %s\n' \
      "$status" "$name" "$log"
  fi
}

# The steps asked for, each in four arrays; the others are only checked.
names=() needs=() proofs=() commands=() all=' '
while IFS='|' read -r name need proof command || [ -n "$name" ]; do
  name=$(trim "$name")
  case $name in '' | '#'*) continue ;; esac
  command=$(trim "$command")
  [ -n "$command" ] || die "step '$name' has no command: four columns"
  case $all in *" $name "*) die "two steps are called '$name'" ;; esac
  all+="$name "
  if [ $# -gt 0 ]; then
    case " $* " in *" $name "*) ;; *) continue ;; esac
  fi
  names+=("$name")
  needs+=("$(trim "$need")")
  proofs+=("$(trim "$proof")")
  commands+=("$command")
done <"$suite" || die "cannot be read"
for only in "$@"; do
  case $all in *" $only "*) ;; *) die "no step '$only'; there are:$all" ;; esac
done

mkdir -p "$logs" || die "cannot create $logs"
# All at once, which is faster; when that fails each step finds out for itself.
built=1
# shellcheck disable=SC2046 # words are targets
build $(printf '%s\n' "${needs[@]}" | tr ' ' '\n' | sort -u) || built=
# Two that build at a time would be in each other's way.
[ -n "$built" ] || PARALLEL=1

# By process: the names of the steps that run.  They end with the suite.
declare -A running=()
trap 'kill "${!running[@]}"; exit 1' INT TERM

# Waits for a step, says how it went and counts.
reap() {
  local pid name p=0 f=1
  wait -n -p pid
  name=${running[$pid]}
  unset "running[$pid]"
  cat "$logs/$name.said"
  [ ! -e "$logs/$name.count" ] || read -r p f <"$logs/$name.count"
  passed=$((passed + p))
  failed=$((failed + f))
}

for i in "${!names[@]}"; do
  rm -f "$logs/${names[i]}.count"
  step "${names[i]}" "${needs[i]}" "${proofs[i]}" "${commands[i]}" \
    >"$logs/${names[i]}.said" &
  running[$!]=${names[i]}
  [ ${#running[@]} -lt "$PARALLEL" ] || reap
done
while [ ${#running[@]} -gt 0 ]; do reap; done

echo
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
