#!/usr/bin/env bash
# Cuts an elaborated design into the blocks that BLOCKS names.
#
#   mk/silicon/split.sh DESIGN.il TOP BLOCKS
#
# Writes SCRIPT/NAME.il for each beside the design, and leaves those alone that
# say the same as before; prints what modules.awk lists.
set -euo pipefail
dir=$(dirname "$1")
modules=$(dirname "$0")/modules.awk
awk -f "$modules" -v top="$2" -v blocks="$3" -v list=1 "$1" | sort >"$dir/list.new"
while read -r kind name script _; do
  [ "$kind" = block ] || continue
  mkdir -p "$dir/$script"
  file=$dir/$script/$name.il
  awk -f "$modules" -v top="$name" -v blocks="$3" "$1" >"$file.new"
  if cmp -s "$file" "$file.new"; then rm "$file.new"; else mv "$file.new" "$file"; fi
done <"$dir/list.new"
mv "$dir/list.new" "$dir/list"
