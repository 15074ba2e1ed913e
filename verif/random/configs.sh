#!/usr/bin/env bash
# Model against RTL on whole configurations: each is built and runs random
# programs, programs with a fault and layers, in step.
#
#   verif/random/configs.sh odd [NAME...]     those of verif/random/odd.txt
#   verif/random/configs.sh SEED COUNT        those that seeds draw
#
# A configuration passes when everything is bit-exact and cycles on an orderly
# bus are within 0.5 % of the RTL's on average, 2 % at worst, those of each layer
# within 0.5 %, of which one at least is not refused.  One that fails keeps its
# file in $BUILD/configs and its log in $BUILD/random, and the command that
# repeats it is printed; the others go on.  Its library writes no waves and
# stays in no case: make builds $BUILD/rtl/NAME/libsth_rtl.so anew, with them.
set -u
: "${BUILD:=build}" "${MAKE:=make}" "${PARALLEL:=2}"
: "${PROGRAMS:=60}" "${FAULTS:=20}"
here=$(dirname "$0")
logs=$BUILD/random
export BUILD MAKE PROGRAMS FAULTS here logs

# Prints the configuration of a line of odd.txt.
odd_config() {
  awk -v name="$1" '
    $1 == name {
      n = split("array_rows array_cols sp_bytes sp_banks acc_bytes acc_banks " \
        "bus_bytes queue_depth fetch_depth load_slots store_slots vector_lanes " \
        "data_types vector_share",
        key, " ")
      for (i = 1; i <= n; i++) print key[i], "=", $(i + 1)
    }' "$here/odd.txt"
}

# A legal chip may be too small for a layer, or not multiply its type; the layer
# is refused then, by one of these sentences of firmware/hal/sth_fw_err.def.
refused='does not fit the on-chip memories|does not multiply operands of this type'
layers() {
  local traces=("--gemm 13x21x35" "--gemm 9x18x40 --dtype int8" "--op copy:5x9"
    "--model tests/models/llama.json --phase prefill --seq 5 --past 6 --dtype int8"
    "--model tests/models/gpt2.json --phase decode --seq 9 --batch 2")
  local options n=0 status

  for options in "${traces[@]}"; do
    n=$((n + 1))
    # shellcheck disable=SC2086 # several words
    "$BUILD/systolith" trace $options -o "$logs/$1-$n.trace" || return 1
    "$BUILD/systolith" run "$logs/$1-$n.trace" --config "$config" \
      --backend both --no-reference --json "$logs/$1-$n.json" >"$logs/$1-$n.txt" 2>&1
    status=$?
    cat "$logs/$1-$n.txt"
    if [ $status -ne 0 ]; then
      grep -Eq "$refused" "$logs/$1-$n.txt" || return 1
      echo "refused: layer $n"
    else
      sed -n 's/^  "cycle_error_pct": \([-0-9.e]*\).*/layer \1/p' \
        "$logs/$1-$n.json"
    fi
  done
}

campaigns() {
  $MAKE --no-print-directory PARALLEL=1 RTL_LIGHT=1 BUILD="$BUILD" \
    "$BUILD/rtl/$1/libsth_rtl.so" &&
    "$BUILD/systolith" random --config "$config" --count "$PROGRAMS" &&
    "$BUILD/systolith" random --faults --config "$config" --count "$FAULTS" &&
    layers "$1" && judge "$logs/$1.log"
}

# The cycles of a log: "error mean 0.001 %, worst 0.08 %" and "layer -0.1".
judge() {
  awk '
    / error mean / { match($0, /mean [0-9.]+/); mean = 0 + substr($0, RSTART + 5, RLENGTH - 5)
                     match($0, /worst [0-9.]+/); worst = 0 + substr($0, RSTART + 6, RLENGTH - 6)
                     seen = 1 }
    /^layer / { layers++; off = $2 < 0 ? -$2 : $2; if (off > layer) layer = off }
    END { printf "cycles: mean %.3f %%, worst %.2f %%, %d layers %.3f %%\n", mean,
            worst, layers, layer
          exit !(seen && layers && mean <= 0.5 && worst <= 2 && layer <= 0.5) }' "$1"
}

# one NAME COMMAND-THAT-REPEATS-IT: makes, runs and judges a configuration.
one() {
  local log=$logs/$1.log
  config=$BUILD/configs/$1.cfg
  if campaigns "$1" >"$log" 2>&1; then
    printf 'passed  %-20s %s\n' "$1" "$(tail -1 "$log")"
    rm -rf "$config" "$logs/$1"[-.]*
  else
    printf 'FAILED  %s: %s\n' "$1" "$2"
    tail -5 "$log" | sed 's/^/    /'
    sed 's/^/    /' "$config"
  fi
  rm -rf "${BUILD:?}/rtl/$1"
}
export refused
export -f one campaigns layers judge

mkdir -p "$BUILD/configs" "$logs"
list=()
if [ "${1:-}" = odd ]; then
  shift
  names=${*:-$(awk '!/^#/ && NF { print $1 }' "$here/odd.txt")}
  for name in $names; do
    odd_config "$name" >"$BUILD/configs/odd-$name.cfg"
    list+=("odd-$name" "$here/configs.sh odd $name")
  done
else
  for ((seed = $1; seed < $1 + $2; seed++)); do
    "$BUILD/systolith" random --draw-config "$BUILD/configs/random-$seed.cfg" \
      --seed "$seed" || exit 2
    list+=("random-$seed" "make random-configs COUNT=1 SEED=$seed")
  done
fi
# What all share is built before they start side by side.
"$MAKE" --no-print-directory BUILD="$BUILD" gen rtl-library || exit 2
printf '%s\0' "${list[@]}" |
  xargs -0 -n 2 -P "$PARALLEL" bash -c 'one "$1" "$2"' _ | tee "$logs/summary.txt"
passed=$(grep -c '^passed' "$logs/summary.txt")
failed=$((${#list[@]} / 2 - passed))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
