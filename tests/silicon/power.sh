#!/usr/bin/env bash
# Power on small netlists: what a hand adds up and what OpenSTA says of it, and
# the chip of flow.sv from RTL to energy.
set -u
# shellcheck source=tests/silicon/judge.sh
. tests/silicon/judge.sh

sum() { "$BUILD/power" sum "$liberty" 180 "$dir/list" "$@" 2>"$dir/said"; }

# energy FILE: clock, registers and gates of its first block.
energy() { awk '$1 == "energy" {print $4, $5, $6; exit}' "$1"; }

# near PERCENT VALUE EXPECTED...: each pair agrees.
near() {
  printf '%s ' "${@:2}" | awk -v percent="$1" '{
    for (i = 1; i < NF; i += 2)
      if ($i < $(i + 1) * (1 - percent / 100) || $i > $(i + 1) * (1 + percent / 100)) {
        print $i, "is not", $(i + 1)
        exit 1
      }
  }'
}

# assumed NAME PATTERN: macros.awk has PATTERN with the value of NAME for %.
assumed() {
  local value
  value=$(sed -n "s/^#define STH_ENERGY_$1 //p" tools/power/sth_energy.h)
  grep -qF "${2/\%/"$value"}" mk/silicon/macros.awk
}
judge "an SRAM's delay is that of timing" assumed SRAM_DELAY 'delay("%")'
judge "a register file's too" assumed REGFILE_DELAY 'delay("%")'
judge "a macro's slew too" assumed SLEW '"rise_transition", "%")'
judge "a macro's load too" assumed LOAD 'capacitance : %;'

# plays TYPES NAME...: the stretches of a chip with these operands.
plays() {
  [ "$(mk/silicon/stretches.sh "$1" | awk '{printf "%s ", $1}')" = "${*:2} " ]
}
judge "int8 alone plays no bf16" plays 1 idle sync copy vector norm int8
judge "bf16 alone plays no int8" plays 2 idle sync copy vector norm bf16
judge "both play all" plays 3 idle sync copy vector norm bf16 int8

# A thousand cycles in each of which d_i changes, and q_o a cycle after it.
{
  printf 'port d_i 1\nport q_o 1\n'
  for ((i = 0; i < 1000; i++)); do
    printf 'cycle %d\n0 %d\n1 %d\n' $i $((i % 2)) $((i == 0 || i % 2))
  done
  echo 'end 1000'
} >"$dir/pair.ports"
: >"$dir/list"
judge "a pair runs" sum sth_pair pair "$dir/pair.ports" tests/silicon/pair.v \
  >"$dir/pair.txt"
read -r clock registers gates <<<"$(energy "$dir/pair.txt")"
# Picojoule a cycle, from the tables at a slew of 0.1 and the loads of the pins:
# CLK 0.006882 + 0.114658 and 0.0279235 * 1.8^2; D (0.045608 + 0.088257) / 2,
# Q (0.045912 + 0.066575) / 2 and 0.00932456 * 1.8^2 / 2.
judge "clock by hand" near 0.1 "$clock" 212.01
judge "registers by hand" near 0.5 "$registers" 138.28
LIBERTY=$liberty sta -no_splash -exit tests/silicon/pair.tcl >"$dir/sta" 2>&1
# Watt times a thousand cycles of 10 ns.  OpenSTA charges both edges each time.
judge "OpenSTA agrees on the inverter, its internal energy halved" near 1 \
  "$(awk '$NF == "inverter" {print ($1 / 2 + $2) * 1e7}' "$dir/sta")" "$gates"

judge "the chip elaborates" mk/silicon/elaborate.sh "$dir/core.il" sth_flow '' \
  "-I$BUILD/gen" -Irtl/common tests/silicon/flow.sv \
  rtl/common/sth_regfile_1r1w.sv
printf '%s\n' 'sth_flow | area | whole | top' \
  'sth_flow_count | area | whole | counter' >"$dir/blocks.txt"
judge "it is cut" mk/silicon/split.sh "$dir/core.il" sth_flow "$dir/blocks.txt"
netlists=()
while read -r kind name script _; do
  [ "$kind" = block ] || continue
  netlists+=("$dir/$script/$name.v")
  judge "$name is mapped" env LIBERTY="$liberty" MACROS="$dir/core.lib" \
    mk/silicon/synth.sh "$dir/$script/$name.il"
done <"$dir/list"
judge "its RTL plays" iverilog -g2012 -I"$BUILD/gen" -Irtl/common \
  -o "$dir/flow" tests/silicon/flow_tb.sv tests/silicon/flow.sv \
  rtl/common/sth_regfile_1r1w.sv
"$dir/flow" | grep -v finish >"$dir/flow.ports"
judge "its netlist answers as its RTL" \
  sum sth_flow flow "$dir/flow.ports" "${netlists[@]}" >"$dir/flow.txt"
judge "all bits are compared" grep -q '200 cycles, 1600 bits' "$dir/said"
judge "the register file is written while enabled" \
  grep -q '^memory flow sth_flow regfile [0-9]* 100 ' "$dir/flow.txt"
: >"$dir/none"
judge "a macro of unknown size is refused" eval \
  '! "$BUILD/power" sum "$liberty" 180 "$dir/none" sth_flow flow "$dir/flow.ports" \
  "${netlists[@]}" 2>"$dir/said"'
judge "and named" grep -q "none: no line 'memory sth_regfile_1r1w WORDS'" \
  "$dir/said"
awk '$1 == "cycle" {cycle = $2} $1 == 2 && cycle == 150 {$2 = "11111111"}
  {print}' "$dir/flow.ports" >"$dir/wrong.ports"
judge "a wrong output is found" \
  eval '! sum sth_flow flow "$dir/wrong.ports" "${netlists[@]}"'
judge "and named" grep -q "is not the RTL's in cycle 150" "$dir/said"
verdict
