#!/usr/bin/env bash
# Plants the faults of planted.txt one at a time and expects the assertion of
# each row to fire.  Also every assertion of the RTL must have a row.
#
#   verif/asserts/run.sh            all rows
#   verif/asserts/run.sh TEXT...    the rows that contain one of the texts
#
# A tree of links with a copy of rtl/ stands in $BUILD/asserts; ASSERT_JOBS
# trees work at once.  Prints 'N passed, N failed'.
set -u
cd "$(dirname "$0")/../.." || exit 1
root=$PWD
build=$(realpath "${BUILD:-build}")
table=verif/asserts/planted.txt
jobs=${ASSERT_JOBS:-2}
make=${MAKE:-make}
export SYSTOLITH=$build/systolith

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
  for path in "$build"/{csim,firmware,tools,verif,gen,specgen,deps.stamp} \
    "$build"/*.a; do
    ln -sfn "$path" "$tree/build/"
  done
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
      cmp -s "$file" "$root/$file" && echo "FAIL $name: no change in $file"
    done
    # shellcheck disable=SC2086 # several targets
    if ! "$make" -s --no-print-directory BUILD=build OPT=-O1 BENCH_OPT=-O0 \
      RTL_OPT='OPT_FAST=-O0 OPT_SLOW=-O0 OPT_GLOBAL=-O0' $target \
      >"$log" 2>&1; then
      echo "FAIL $name: does not build, see $log"
    elif SYSTOLITH_RTL=build/rtl timeout 120 bash -c "$command" \
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

# worker N ROWS
worker() {
  local tree
  tree=$(tree "$1")
  while IFS= read -r row; do plant "$tree" "$row" </dev/null; done <"$2"
}

mkdir -p "$build/asserts"
rm -f "$build"/asserts/*.log
list=$build/asserts/rows
if [ $# -eq 0 ]; then
  rows >"$list"
else
  rows | grep -F "$(printf '%s\n' "$@")" >"$list"
fi
{
  # The names that the RTL has and the table does not.
  if [ $# -eq 0 ]; then
    grep -o -E '^ *`STH_ASSERT(_INIT)?\([A-Za-z0-9]+' -r rtl --include='*.sv' |
      sed -E 's,^.*/([a-z0-9_]+)\.sv:.*\(,\1.,' | sort -u |
      while read -r name; do
        grep -q "^$name |" "$table" || echo "FAIL $name: no row in $table"
      done
  fi
  for n in $(seq "$jobs"); do
    awk -v n="$n" -v jobs="$jobs" 'NR % jobs == n % jobs' "$list" \
      >"$list.$n"
    worker "$n" "$list.$n" &
  done
  wait
} | tee "$build/asserts/results" | grep -v '^PASS'
passed=$(grep -c '^PASS' "$build/asserts/results")
failed=$(grep -c '^FAIL' "$build/asserts/results")
echo "asserts: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
