#!/usr/bin/env bash
# Plants the faults of planted.txt one at a time and expects the assertion of
# each row to fire.  Also every assertion of the RTL must have a row, and every
# row an assertion.
#
#   verif/asserts/run.sh            all rows
#   verif/asserts/run.sh TEXT...    the rows that contain one of the texts
#   verif/asserts/run.sh --rows     no fault, only: rows and assertions agree
#
# A tree of links with a copy of rtl/ stands in $BUILD/asserts; ASSERT_JOBS
# trees work at once, each on benches of its own, whose objects it keeps.  What
# is planted is gone at the end, also when interrupted.  Prints
# 'N passed, N failed'.
set -u
cd "$(dirname "$0")/../.." || exit 1
root=$PWD
build=$(realpath -m "${BUILD:-build}")
table=verif/asserts/planted.txt
jobs=${ASSERT_JOBS:-2}
make=${MAKE:-make}
export SYSTOLITH=$build/systolith PLANTED_FROM=$build

fields() { awk -F ' [|] ' -v n="$2" '{print $n}' <<<"$1"; }
rows() { grep -v -e '^#' -e '^bench ' -e '^$' "$table"; }

# tree N: a fresh copy of the RTL among links to everything else.
tree() {
  local tree=$build/asserts/$1
  mkdir -p "$tree/build"
  find "$tree" -maxdepth 1 -type l -delete
  for path in "$root"/*; do
    case ${path##*/} in build | rtl) ;; *) ln -s "$path" "$tree/" ;; esac
  done
  # Objects that do not depend on the RTL are those of the project.
  for path in "$build"/{csim,firmware,tools,verif,specgen,deps.stamp} \
    "$build"/*.a; do
    ln -sfn "$path" "$tree/build/"
  done
  # What every make generates anew is the tree's own.
  rm -rf "$tree/build/gen"
  cp -r -p "$build/gen" "$tree/build/"
  mkdir -p "$tree/rtl" "$tree/build/rtl"
  ln -sfn "$build/rtl/verilated" "$tree/build/rtl/"
  cp -r "$root/rtl/." "$tree/rtl/"
  echo "$tree"
}

# plant TREE ROW: prints PASS or FAIL and why.
plant() {
  local tree=$1 name files expression bench target command log
  name=$(fields "$2" 1) files=$(fields "$2" 2) expression=$(fields "$2" 3)
  bench=$(grep "^bench $(fields "$2" 4) |" "$table")
  target=$(fields "$bench" 2) command=$(fields "$bench" 3)
  log=$build/asserts/$name.log
  if [ -z "$target" ]; then
    echo "FAIL $name: unknown bench"
    return
  fi
  (
    cd "$tree" || exit 1
    for file in $files; do
      sed "$expression" "$root/$file" >"$file"
      if cmp -s "$file" "$root/$file"; then
        echo "FAIL $name: no change in $file"
        exit
      fi
    done
    # shellcheck disable=SC2086 # several targets
    if ! "$make" -s --no-print-directory BUILD=build BENCH_OPT=-O0 \
      VERILATOR=verif/asserts/verilate.sh PARALLEL=1 RTL_LIGHT=1 \
      RTL_OPT='OPT_FAST=-O0 OPT_SLOW=-O0 OPT_GLOBAL=-O0' $target \
      >"$log" 2>&1; then
      echo "FAIL $name: does not build, see $log"
    elif SYSTOLITH_RTL=build/rtl timeout --foreground 120 bash -c "$command" \
      >"$log" 2>&1; then
      echo "FAIL $name: the bench passes"
    elif ! grep -E -q "${name%.*}\.sv:[0-9:]+ .*Assertion failed in ([^ ]*\.)?${name#*.}\>" \
      "$log"; then
      echo "FAIL $name: not reported; $(grep -m 1 'Assertion failed' "$log")"
    else
      echo "PASS $name"
    fi
  ) 2>/dev/null # what the shell says of a bench that aborts
  for file in $files; do cp "$root/$file" "$tree/$file"; done
}

# worker N ROWS, for as long as the script runs.
worker() {
  local tree
  tree=$(tree "$1")
  while IFS= read -r row; do
    kill -0 $$ 2>/dev/null || break
    plant "$tree" "$row" </dev/null
  done <"$2"
  rm -rf "$tree/rtl"
}

# Names of the RTL and of the table, each known to the other.
names() {
  local rtl=$build/asserts/rtl table_names=$build/asserts/table
  grep -o -E '^ *`STH_ASSERT(_[A-Z]+)?\([A-Za-z0-9]+' -r rtl --include='*.sv' |
    sed -E 's,^.*/([a-z0-9_]+)\.sv:.*\(,\1.,' | sort -u >"$rtl"
  rows | sed 's/ | .*//' | sort >"$table_names"
  comm -23 "$rtl" "$table_names" | sed "s,.*,FAIL &: no row in $table,"
  comm -13 "$rtl" "$table_names" | sed "s,.*,FAIL &: no such assertion,"
}

# An interrupted run ends its workers, each a process group, and what it planted.
interrupted() {
  trap - INT TERM HUP
  for pid in $(jobs -p); do kill -- -"$pid"; done
  wait
  rm -rf "$build"/asserts/[0-9]*/rtl
  exit 130
} 2>/dev/null

mkdir -p "$build/asserts"
if [ "${1:-}" = --rows ]; then
  ! names | grep .
  exit
fi
rm -f "$build"/asserts/*.log
list=$build/asserts/rows results=$build/asserts/results
if [ $# -eq 0 ]; then
  rows >"$list"
  names | tee "$results"
else
  rows | grep -F "$(printf '%s\n' "$@")" >"$list"
  : >"$results"
fi
# The rows of a bench stand together, in about equal parts for the workers.
awk -F ' [|] ' '{print $4 "|" $0}' "$list" | sort -s -t '|' -k 1,1 | cut -d '|' -f 2- \
  >"$list.sorted"
split -n "l/$jobs" --numeric-suffixes=1 -a 1 "$list.sorted" "$list."
trap interrupted INT TERM HUP
set -m
for n in $(seq "$jobs"); do
  worker "$n" "$list.$n" | tee -a "$results" | grep -v '^PASS' &
done
wait
passed=$(grep -c '^PASS' "$results")
failed=$(grep -c '^FAIL' "$results")
echo "asserts: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
