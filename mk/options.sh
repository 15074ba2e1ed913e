#!/usr/bin/env bash
# Refills the tables of a page that the command prints: what stands between a
# line `<!-- options: COMMAND -->`, or `<!-- families -->`, and `<!-- end -->`.
#
#   mk/options.sh SYSTOLITH <PAGE
set -eu
while IFS= read -r line; do
  printf '%s\n' "$line"
  case $line in
  '<!-- options: '* | '<!-- families -->')
    command=${line#<!-- options: }
    if [ "$command" = "$line" ]; then
      "$1" trace --model '?'
    else
      "$1" help "${command% -->}" --format table
    fi
    while IFS= read -r line && [ "$line" != '<!-- end -->' ]; do :; done
    printf '%s\n' "$line"
    ;;
  esac
done
