#!/usr/bin/env bash
# Maps one block to standard cells, flat but for its black boxes, and times it.
#
#   LIBERTY=file MACROS=file mk/silicon/synth.sh DIR/SCRIPT/BLOCK.il
#
# SCRIPT.abc is what ABC does.  Writes beside the block: .v (netlist), .stat
# (cells, area), .mem (memories that became flip-flops), .paths (timing.tcl),
# .log.  Fails on a latch, on a loop or a wire without a driver, and on a cell
# that is not of the library.
set -euo pipefail
out=${1%.il}
block=${out##*/}
script=$(basename "$(dirname "$out")")
here=$(dirname "$0")
# ABC takes no name with a blank in it.
near=$(mktemp -d)
trap 'rm -r "$near"' EXIT
ln -s "$(realpath "$here")" "$near/flow"
ln -s "$(realpath "$LIBERTY")" "$near/library.lib"
yosys -q -l "$out.log" -p "
  read_ilang $out.il
  hierarchy -check -top $block
  flatten
  select -assert-none t:\$dlatch t:\$adlatch t:\$dlatchsr
  synth -nordff -top $block -run coarse:fine
  tee -q -o $out.mem dump t:\$mem_v2
  synth -top $block -run fine:
  check -assert
  dfflibmap -liberty $near/library.lib
  abc -liberty $near/library.lib -constr $near/flow/map.constr -script $near/flow/$script.abc
  splitnets
  opt_clean
  read_liberty -lib $near/library.lib
  check -assert
  select -assert-none t:\$*
  tee -q -o $out.stat stat -liberty $near/library.lib
  write_verilog -noattr -noexpr -nohex -defparam $out.new" >"$out.err" 2>&1 || {
  tail -5 "$out.err" >&2
  echo "$0: $block failed, see $out.log" >&2
  exit 1
}
"$here/timing.sh" "$block" "$out.new" >"$out.paths"
mv "$out.new" "$out.v"
