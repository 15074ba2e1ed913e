#!/usr/bin/env bash
# Measures what the netlists of a chip spend on the work of stretches.sh: plays it
# on the RTL, records its ports, plays those on the netlists.
#
#   mk/silicon/power.sh DIR TOP CONFIG.cfg HASH LIBERTY NODE BUILD JOBS
#
# DIR is what chip.sh measured.  Prints
#
#   power NAME HASH
#   library|corner|date|commit TEXT        of the netlists
#   count STRETCH COMMANDS MACS LANES BYTES
#
# and for each stretch what `power sum` prints, and the number of these lines:
#
#   end LINES
set -euo pipefail
dir=$1 top=$2 config=$3 hash=$4 liberty=$5 node=$6 build=$7 jobs=$8
here=$(dirname "$0")
out=$dir/power
mkdir -p "$out"

# play NAME KIND ARGUMENT...: leaves NAME.fst and NAME.count.
play() {
  local name=$1 kind=$2
  shift 2
  case $kind in
  syncs)
    "$build/power" work "$config" "$1" "$out/$name.fst"
    echo "count $name $1 0 0 0" >"$out/$name.count"
    return
    ;;
  trace) ;;
  *)
    echo "$0: stretch '$name': '$kind' plays nothing; trace and syncs do" >&2
    return 1
    ;;
  esac
  "$build/systolith" trace "$@" -o "$out/$name.trace"
  "$build/systolith" run "$out/$name.trace" --config "$config" --quiet \
    --no-reference --events "$out/$name.events"
  "$build/systolith" run "$out/$name.trace" --config "$config" --quiet \
    --no-reference --backend rtl --wave "$out/$name.fst"
  awk -f "$here/counts.awk" -v stretch="$name" "$out/$name.events" \
    >"$out/$name.count"
}

# measure NAME KIND ARGUMENT...: leaves NAME.power.
measure() {
  play "$@"
  "$build/ports" "$out/$1.fst" >"$out/$1.ports"
  rm "$out/$1.fst"
  "$build/power" sum "$liberty" "$node" "$dir/list" "$top" "$1" "$out/$1.ports" \
    "${netlists[@]}" >"$out/$1.sum"
  cat "$out/$1.count" "$out/$1.sum" >"$out/$1.new"
  mv "$out/$1.new" "$out/$1.power"
}

mapfile -t netlists < <(awk -v dir="$dir" '$1 == "block" {
  printf "%s/%s/%s.v\n", dir, $3, $2}' "$dir/list")
types=$("$build/systolith" info --json "$config" |
  sed -n 's/.*"data_types": *\([0-9]*\).*/\1/p')
mapfile -t stretches < <("$here/stretches.sh" "$types")
rm -f "$out"/*.power
for line in "${stretches[@]}"; do
  IFS='|' read -r name work _ <<<"$line"
  # shellcheck disable=SC2086 # words
  measure $name $work &
  [ "$(jobs -rp | wc -l)" -lt "$jobs" ] || wait -n
done
wait
{
  echo "power $(basename "$config" .cfg) $hash"
  grep -E '^(library|corner|date|commit) ' "$dir/chip.txt"
  for line in "${stretches[@]}"; do
    cat "$out/${line%%[ |]*}.power"
  done
} | awk '{print} END {print "end", NR}'
