#!/usr/bin/env bash
# Refills the figures of a page: what stands between a line `<!-- silicon:
# CONFIG -->` and `<!-- end -->` is what is on record, and IMAGES gets the
# drawing.  A configuration without a record leaves its lines as they are.
#
#   mk/silicon/page.sh SYSTOLITH RECORD IMAGES <PAGE
set -eu
while IFS= read -r line; do
  printf '%s\n' "$line"
  case $line in
  '<!-- silicon: '*)
    config=${line#<!-- silicon: }
    config=${config% -->}
    [ -f "$2/$config.txt" ] || continue
    power=()
    [ ! -f "$2/$config-power.txt" ] || power=(--power "$2/$config-power.txt")
    "$1" silicon --config "$config" --measured "$2/$config.txt" --markdown \
      --svg "$3/silicon-$config.svg" "${power[@]}"
    while [ "$line" != '<!-- end -->' ]; do
      IFS= read -r line || {
        echo "$0: no '<!-- end -->' behind '<!-- silicon: $config -->'" >&2
        exit 1
      }
    done
    printf '%s\n' "$line"
    ;;
  esac
done
