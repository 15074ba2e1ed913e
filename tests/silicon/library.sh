#!/usr/bin/env bash
# Liberty files that the flow cannot work with are refused by name before any
# tool reads them; two of one name have folders of their own.
set -u
: "${MAKE:=make}"
# shellcheck source=tests/silicon/judge.sh
. tests/silicon/judge.sh
mkdir -p "$dir/ss" "$dir/ff"

# refused MESSAGE SED-SCRIPT: the library, changed so.
refused() {
  sed "$2" "$liberty" >"$dir/bad.lib"
  ! "$BUILD/power" check "$dir/bad.lib" 2>"$dir/said" &&
    grep -qF "power: $dir/bad.lib$1" "$dir/said"
}

# stopped MESSAGE ARGUMENT...: no tool of the flow ran.
stopped() {
  ! timeout 60 "$MAKE" BUILD="$BUILD" "${@:2}" >"$dir/said" 2>&1 &&
    grep -qF -- "$1" "$dir/said" && ! grep -qE '^  (ELABORATE|SYNTH) ' "$dir/said"
}

# folder FILE: where its netlists are.
folder() {
  "$MAKE" -n BUILD="$BUILD" silicon-blocks CONFIG=nano SYNTH_LIBERTY="$1" |
    sed -n "s|.*elaborate.sh \($BUILD/silicon[^/]*\)/.*|\1|p"
}

judge "the library itself" "$BUILD/power" check "$liberty"
judge "picoseconds" refused ": time_unit is '1ps', and has to be 1 ns" \
  's/time_unit : "1ns"/time_unit : "1ps"/'
judge "femtofarads" refused ": capacitive_load_unit is '1,ff'" 's/(1,pf)/(1,ff)/'
judge "no unit" refused ": voltage_unit is ''" '/voltage_unit/d'
judge "no voltage" refused ": no nom_voltage" '/nom_voltage/d'
judge "cut off" refused ':' '5000,$d'
judge "empty" refused ': is empty' d
judge "no buffer" refused ": no cell 'BUFX4'" 's/cell (BUFX4)/cell (BUFX5)/'
judge "no flip-flop" refused ': no flip-flop' 's/cell (DFF/cell (FF/'
judge "no area" refused ": cell 'AND2X1' has no area" '/^area : 32;/d'
judge "no inverter" refused ': no inverter' 's/function : "(!A)"/function : "A"/'
judge "a zero byte" refused ': holds a zero byte' '9s/.*/\x00/'
judge "no library" refused ': is not one group' 's/^library/fibrary/'
sed 5000q "$liberty" >"$dir/bad.lib"
judge "make stops at it" stopped "$dir/bad.lib" \
  silicon-block BLOCK=sth_semaphores CONFIG=nano SYNTH_LIBERTY="$dir/bad.lib"
judge "and at a folder" stopped "$dir: Is a directory" \
  silicon CONFIG=nano SYNTH_LIBERTY="$dir"
judge "and at a blank" stopped "no file with a blank" \
  silicon CONFIG=nano SYNTH_LIBERTY="a b.lib"
judge "power asks for the node" stopped "SYNTH_NODE is missing" \
  silicon-power CONFIG=nano SYNTH_LIBERTY="$dir/bad.lib"
cp "$liberty" "$dir/ss/cells.lib"
sed 's/nom_voltage : 1.8/nom_voltage : 1.6/' "$liberty" >"$dir/ff/cells.lib"
slow=$(folder "$dir/ss/cells.lib")
judge "another library has a folder" test -n "$slow"
judge "of its own" test "$slow" != "$(folder "$dir/ff/cells.lib")"
verdict
