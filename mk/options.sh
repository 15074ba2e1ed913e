#!/usr/bin/env bash
# Refills the tables of options in a page: what stands between a line
# `<!-- options: COMMAND -->` and `<!-- end -->` is what the command prints.
#
#   mk/options.sh SYSTOLITH <PAGE
set -eu
while IFS= read -r line; do
  printf '%s\n' "$line"
  case $line in
  '<!-- options: '*)
    command=${line#<!-- options: }
    "$1" help "${command% -->}" --format table
    while IFS= read -r line && [ "$line" != '<!-- end -->' ]; do :; done
    printf '%s\n' "$line"
    ;;
  esac
done
