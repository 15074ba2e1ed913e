#!/usr/bin/env bash
# What a Liberty file is of, in two lines:
#
#   mk/silicon/library.sh LIBERTY
#
#   library NAME
#   corner process P, V V, T C
set -euo pipefail
echo "library $(basename "$1" .lib)"
sed -n 's/^ *nom_\([a-z]*\) *: *\([-0-9.]*\) *;.*/\1 \2/p' "$1" | \
  awk '{v[$1] = $2} function of(name) {return name in v ? v[name] : "unknown"}
    END {printf "corner process %s, %s V, %s C\n",
    of("process"), of("voltage"), of("temperature")}'
