#!/usr/bin/env bash
# A file that fits in the head: no source over 500 lines, no bench over 400.
# Tables (spec/*.def and others of their kind) and data do not count.
set -u
files=$(mk/sources.sh '*.c' '*.h' '*.cpp' '*.sv' '*.svh' '*.sh' '*.mk' \
  Makefile) || exit 2
bad=0
while read -r file; do
  lines=$(wc -l <"$file")
  case $file in
  verif/cosim/*) most=500 ;;
  verif/bench/* | verif/*/*.cpp) most=400 ;;
  *) most=500 ;;
  esac
  [ "$lines" -le "$most" ] && continue
  echo "$file: $lines lines; split what is more than one job (at most $most)"
  bad=1
done <<<"$files"
[ "$bad" -eq 0 ] && echo "every one of $(wc -l <<<"$files") files fits"
exit "$bad"
