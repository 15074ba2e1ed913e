#!/usr/bin/env bash
# Planted firmware bugs on the virtual platform: each ends, with its status, and
# with a report that names the bug and the line of the source that is marked.
#
#   run.sh [NAME...]     those of bugs.txt, or all, on the C model and on the RTL
set -u
: "${BUILD:=build}"
patience=300000
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
here=tests/firmware_bugs
passed=0
failed=0

# trouble STATUS NAME BACKEND ENDS SAYS MS: what is wrong with a run.
trouble() {
  local status=$1 name=$2 ends=$4 says=$5 ms=$6 line most=2000
  [ "$3" = csim ] || most=20000
  [[ $status =~ ^$ends$ ]] || echo "it ends with $status, not $ends"
  [ "$ms" -le $most ] || echo "it takes $ms ms"
  if [ -z "$says" ]; then
    grep '^systolith: ' "$work/out"
    return
  fi
  grep -q "^systolith: $says" "$work/out" || echo "nothing says: $says"
  line=$(grep -n '/\* BUG \*/' "$here/$name.c" | cut -d: -f1)
  [ -z "$line" ] || grep -Eq "\((.*/)?$here/$name.c:$line\)" "$work/out" ||
    echo "nothing names line $line"
}

# play NAME BACKEND ENDS SAYS
play() {
  local begin status
  begin=$(date +%s%N)
  timeout 60 "$BUILD/systolith" vp "$BUILD/rv32/Os/bugs/$1.elf" --quiet \
    --config nano --backend "$2" --patience $patience >"$work/out" 2>&1
  status=$?
  trouble $status "$@" $((($(date +%s%N) - begin) / 1000000)) >"$work/trouble"
  if [ -s "$work/trouble" ]; then
    failed=$((failed + 1))
    echo "FAIL $1 on $2:"
    cat "$work/trouble"
    sed 's/^/  | /' "$work/out" | head -40
  else
    passed=$((passed + 1))
  fi
}

while IFS='|' read -r name ends says; do
  name=${name//[[:space:]]/}
  case $name in '' | '#'*) continue ;; esac
  [ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
  says=$(sed 's/^ *//; s/ *$//' <<<"$says")
  for backend in ${BACKENDS:-csim rtl}; do
    play "$name" $backend "${ends//[[:space:]]/}" "$says"
  done
done <"$here/bugs.txt"
if [ $# -eq 0 ] && ! diff <($here/table.sh) \
  <(sed '1,/<!-- bugs -->/d; /<!-- end -->/,$d' docs/diagnosis.md); then
  failed=$((failed + 1))
  echo "FAIL docs/diagnosis.md: its table is not what $here/table.sh prints"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
