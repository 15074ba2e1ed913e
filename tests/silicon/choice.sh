#!/usr/bin/env bash
# What `make silicon` is asked to measure: CONFIG or SILICON_CONFIGS, a name or a
# file of one's own; what is mistyped or no configuration stops it.
set -u
: "${MAKE:=make}"
# shellcheck source=tests/silicon/judge.sh
. tests/silicon/judge.sh

# asked PATTERN ARGUMENT...: a dry run does it.
asked() {
  "$MAKE" -n BUILD="$BUILD" "${@:2}" >"$dir/said" 2>&1 &&
    grep -qE -- "$1" "$dir/said"
}

# stopped MESSAGE ARGUMENT...: nothing was made.
stopped() {
  ! "$MAKE" BUILD="$BUILD" "${@:2}" >"$dir/said" 2>&1 &&
    grep -qF -- "$1" "$dir/said" && ! grep -qE '^  (ELABORATE|SYNTH) ' "$dir/said"
}

cp configs/nano.cfg "$dir/mine.cfg"
judge "nano by default" asked '/silicon/nano/chip.txt.* --golden' silicon
judge "CONFIG" asked '/silicon/edge/core.il' silicon CONFIG=edge
judge "several" asked '/silicon/wide/core.il' silicon SILICON_CONFIGS='edge wide'
judge "a name of configs/chips" \
  asked '--config configs/chips/tpu-v1.cfg' silicon CONFIG=tpu-v1
judge "a file of one's own" \
  asked "/silicon/mine/core.il" silicon CONFIG="$dir/mine.cfg"
judge "its power too" \
  asked "power.sh .* $dir/mine.cfg" silicon-power CONFIG="$dir/mine.cfg"
judge "a name that is none" \
  stopped "no configuration 'nan'; edge nano" silicon CONFIG=nan
judge "a file that is none" \
  stopped "no configuration 'no.cfg'" silicon SILICON_CONFIGS='nano no.cfg'
judge "no name" stopped "SILICON_CONFIGS is empty" silicon SILICON_CONFIGS=
judge "a variable that is none" stopped "there is no variable 'SILICON_CONFIG'" \
  silicon SILICON_CONFIG=edge
judge "no block" stopped "no BLOCK=module given" silicon-block
judge "a mapping that is none" \
  stopped "no MAPPING 'fast'" silicon-block BLOCK=sth_front MAPPING=fast
judge "parameters without a value" stopped "'Cols' is not Name=value" \
  silicon-block BLOCK=sth_pe_row PARAMS=Cols
judge "a parameter out of its range" stopped "is of no bits" \
  silicon-block BLOCK=sth_pe_row PARAMS=Cols=0
sed '/^sp_bytes/d' configs/nano.cfg >"$dir/cut.cfg"
for goal in silicon silicon-power 'silicon-block BLOCK=sth_semaphores'; do
  # shellcheck disable=SC2086 # words
  judge "$goal of half a configuration" stopped \
    "cut.cfg: key 'sp_bytes': missing" $goal CONFIG="$dir/cut.cfg"
done
verdict
