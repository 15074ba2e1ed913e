#!/usr/bin/env bash
# Lists the files of the tree with one of these names; products and what other
# programs leave beside the tree are not part of it.  Finding none is an error.
#
#   mk/sources.sh PATTERN...
set -euo pipefail
names=(-false)
for pattern; do names+=(-o -name "$pattern"); done
found=$(find Makefile mk spec csim rtl firmware tools verif tests examples \
  -type f \( "${names[@]}" \) | sort)
[ -n "$found" ] || {
  echo "$0: no file is called $*" >&2
  exit 2
}
echo "$found"
