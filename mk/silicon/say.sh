#!/usr/bin/env bash
# Says what one synthesised block came to.
#
#   mk/silicon/say.sh OUT BLOCK MAPPING LIBERTY
set -euo pipefail
out=$1
echo "$2, mapped for $3; ideal clock, no wire load"
"$(dirname "$0")/library.sh" "$4" | sed 's/^/  /'
awk '/Chip area/ {area = $NF} /Number of cells/ {cells = $NF}
  $1 ~ /^DFF/ {flops += $2} $1 ~ /^sth_(sram|regfile)/ {macros += $2}
  END {
    printf "  cell area %14.0f um2 in %d cells", area, cells
    if (macros) printf ", without %d memory macros", macros
    printf "\n  flip-flops %13d\n", flops
  }' "$out.stat"
awk '$2 == "\\MEMID" {name = $3} $2 == "\\SIZE" {size = $3}
  $2 == "\\WIDTH" {width = $3} $2 == "\\WR_PORTS" {ports = $3}
  $1 == "end" && ports {
    bits += size * width
    list = list sprintf("    %s: %d words of %d\n", name, size, width)
  }
  END {printf "  of them memory %9d\n%s", bits, list}' "$out.mem"
awk '$1 != "path" {next}
  !n[$2]++ {printf "  %-8s %7.2f ns %8.1f MHz\n", $2, $3, 1000 / $3}
  $2 == "reg-reg" || n[$2] < 4 {
    printf "    %7.2f  %s -> %s, %d gates\n", $3, $4, $5, $6
  }' "$out.paths"
