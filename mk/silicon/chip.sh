#!/usr/bin/env bash
# Synthesises the blocks of a chip that was cut by split.sh, times the whole, and
# prints what was measured, a line a figure:
#
#   mk/silicon/chip.sh DIR TOP CONFIG HASH LIBERTY JOBS [quick]
#
#   config NAME HASH
#   library|corner|yosys|abc|opensta|date|commit TEXT
#   block NAME SCRIPT INSTANCES UM2 CELLS FLIP_FLOPS MEMORY_BITS NS
#   memory NAME WORDS WIDTH INSTANCES
#   path KIND NS FROM TO GATES
#   end LINES
#
# Area, cells, flip-flops and the bits of memories among them are of one
# instance, NS is its worst path from register to register; paths are the chip's.
# `quick` measures the quick blocks alone, and no paths of the chip.
set -euo pipefail
dir=$1 top=$2 config=$3 hash=$4 liberty=$5 jobs=$6 when=${7:-.}
here=$(dirname "$0")
mapfile -t netlists < <(awk -v dir="$dir" \
  -v when="$when" '$1 == "block" && $5 ~ when {
    printf "%s/%s/%s.v\n", dir, $3, $2}' "$dir/list")
# Jobs of its own: make passes its job server to recipes alone that name MAKE.
MAKEFLAGS=$(sed -E 's/(^| )-j[0-9]*//; s/ --jobserver-auth=[^ ]*//' \
  <<<"${MAKEFLAGS-}")
export MAKEFLAGS
"$MAKE" --no-print-directory -k -j"$jobs" "${netlists[@]}" >&2

measure() {
  echo "config $config $hash"
  "$here/library.sh" "$liberty"
  yosys -V | awk '{print "yosys", $2}'
  dpkg-query -W -f 'abc ${Version}\n' berkeley-abc
  sta -version | sed 's/^/opensta /'
  date -u '+date %Y-%m-%d'
  echo "commit $(git describe --always --dirty --tags 2>/dev/null || echo unknown)"
  grep '^memory' "$dir/list" || true
  awk -v when="$when" '$1 == "block" && $5 ~ when' "$dir/list" |
  while read -r _ name script count _; do
    awk -v name="$name" -v script="$script" -v count="$count" '
      FILENAME ~ /stat$/ && /Chip area for module/ {area = $NF}
      FILENAME ~ /stat$/ && /Number of cells/ {cells = $NF}
      FILENAME ~ /stat$/ && $1 ~ /^sth_/ {cells -= $2}
      FILENAME ~ /stat$/ && $1 ~ /^DFF/ {flops += $2}
      $2 == "\\SIZE" {words = $3}
      $2 == "\\WIDTH" {width = $3}
      $2 == "\\WR_PORTS" {writes = $3}
      FILENAME ~ /mem$/ && $1 == "end" && writes {bits += words * width}
      $1 == "path" && $2 == "reg-reg" && !worst {worst = $3}
      END {print "block", name, script, count, area + 0, cells + 0, flops + 0,
        bits + 0, worst + 0}' \
      "$dir/$script/$name".{stat,mem,paths}
  done
  [ "$when" != quick ] || return 0
  # Without a clock it is no measurement of a chip.
  LIBERTY=$liberty MACROS=$dir/core.lib \
    "$here/timing.sh" "$top" "${netlists[@]}" |
    awk '{print} $2 == "reg-reg" {timed = 1} END {exit !timed}' || {
    echo "$0: $top has no path from register to register" >&2
    return 1
  }
}
measure | awk '{print} END {print "end", NR}'
