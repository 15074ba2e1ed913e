#!/usr/bin/env bash
# Refills the measured tables of a page: what stands between a line
# `<!-- figures: NAME -->` and `<!-- end -->` is FOLDER/NAME.md.
#
#   mk/figures.sh FOLDER <PAGE
set -eu
while IFS= read -r line; do
  printf '%s\n' "$line"
  case $line in
  '<!-- figures: '*)
    name=${line#<!-- figures: }
    cat "$1/${name% -->}.md"
    while IFS= read -r line && [ "$line" != '<!-- end -->' ]; do :; done
    printf '%s\n' "$line"
    ;;
  esac
done
