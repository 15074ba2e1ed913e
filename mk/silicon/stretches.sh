#!/usr/bin/env bash
# The stretches of stretches.txt that a chip can play, but for products of
# operands that its array does not multiply:
#
#   mk/silicon/stretches.sh DATA_TYPES
#
# DATA_TYPES is the parameter data_types, a sum of spec/data_types.def.
set -euo pipefail
types=$1
here=$(dirname "$0")
sed -n '/^[a-z]/p' "$here/stretches.txt" | while IFS= read -r line; do
  case $line in
  *'--dtype '*)
    type=${line##*--dtype }
    type=${type%%[ |]*}
    bit=$(sed -n "s/^DATA_TYPE(${type^^}, \([0-9]*\),.*/\1/p" \
      "$here/../../spec/data_types.def")
    ((types & bit)) || continue
    ;;
  esac
  printf '%s\n' "$line"
done
