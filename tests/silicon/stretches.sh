#!/usr/bin/env bash
# power.sh with programs that stand in for those that play: what it prints, and
# that a stretch which fails is no measurement.
# shellcheck disable=SC2016 # expanded by the programs
set -u
# shellcheck source=tests/silicon/judge.sh
. tests/silicon/judge.sh
mkdir -p "$dir/bin"

# stub NAME BODY: a program that stands in.
stub() {
  printf '#!/bin/sh\n%s\n' "$2" >"$dir/bin/$1"
  chmod +x "$dir/bin/$1"
}

stub systolith 'case "$1$2" in
info*) echo "    \"data_types\": ${TYPES:-3}" ;;
trace*) for file; do :; done; echo "$*" >"$file" ;;
run*) for file; do :; done; case $file in */*) : >"$file" ;; esac ;;
esac'
stub ports 'cat "$1"'
stub power 'case $1 in
work) : >"$4" ;;
sum) [ "$6" != "${FAILS:-}" ] || exit 1; echo "cycles $6 $3 0 0" ;;
esac'
printf 'library l\ncorner c\ndate d\ncommit e\nblock x\n' >"$dir/chip.txt"
: >"$dir/list"

measure() {
  mk/silicon/power.sh "$dir" top configs/nano.cfg 7 none.lib 90 "$dir/bin" 2 \
    >"$dir/power.txt" 2>"$dir/said"
}

judge "stretches are measured" measure
judge "of the chip" test "$(sed 5q "$dir/power.txt" | xargs)" = \
  'power nano 7 library l corner c date d commit e'
judge "the node is handed on" grep -qx 'cycles norm 90 0 0' "$dir/power.txt"
judge "each is there" test "$(grep -c '^count' "$dir/power.txt")" -eq 7
judge "the last line has their number" test \
  "$(tail -n 1 "$dir/power.txt")" = "end $(($(wc -l <"$dir/power.txt") - 1))"
judge "a chip of int8" env TYPES=1 bash -c \
  'mk/silicon/power.sh "$1" top configs/nano.cfg 7 none.lib 90 "$1/bin" 2 \
    >"$1/power.txt"' - "$dir"
judge "plays no bf16" test "$(grep -c '^count' "$dir/power.txt")" -eq 6
export FAILS=norm
judge "a stretch that fails is no measurement" eval '! measure'
verdict
