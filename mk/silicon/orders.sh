#!/usr/bin/env bash
# Measures blocks in several orders of their cells: the sources' and those of seeds.
#
#   mk/silicon/orders.sh SEEDS BLOCK:SCRIPT...
#
# prints `order BLOCK SCRIPT COUNT`, then the least and the most µm² and ns.
set -euo pipefail
: "${MAKE:=make}"
seeds=$1
shift

# measure BLOCK SCRIPT SEED: `µm² ns`; SEED 0 is the order of the sources.
measure() {
  local shuffle=()
  [ "$3" -eq 0 ] || shuffle=(SHUFFLE="$3")
  "$MAKE" --no-print-directory silicon-block BLOCK="$1" CONFIG=nano MAPPING="$2" \
    "${shuffle[@]}" | awk '$1 == "cell" { area = $3 } $1 == "reg-reg" { ns = $2 }
      END { if (area && ns) print area, ns; else exit 1 }'
}

for each; do
  block=${each%:*} script=${each#*:}
  for ((seed = 0; seed <= seeds; seed++)); do
    measure "$block" "$script" "$seed"
  done | awk -v block="$block" -v script="$script" '
    NR == 1 { least = most = $1; fast = slow = $2 }
    $1 < least { least = $1 }
    $1 > most { most = $1 }
    $2 < fast { fast = $2 }
    $2 > slow { slow = $2 }
    END { print "order", block, script, NR, least, most, fast, slow }'
done
