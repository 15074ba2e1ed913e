#!/bin/bash
# A model with a wrong latency must not pass: `systolith random` and `systolith
# parity` on nano, with csim's vector engine a cycle late to retire, each name a
# vector command as the first that is not exact.  Ends with 'N passed, N failed'.
set -u
cd "$(dirname "$0")/../.." || exit 2
BUILD=${BUILD:-build}
work=$(mktemp -d)
late=$BUILD/systolith-late # beside the command, where it finds its RTL
trap 'rm -rf "$work" "$late"' EXIT
passed=0
failed=0

judge() { # NAME CONDITION...
  local name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $name"
    sed 's/^/    /' "$work/log"
  fi
}

run() { # STATUS COMMAND...: whether it ends so; its output is in the log
  local wanted=$1 status
  shift
  "$@" >"$work/log" 2>&1
  status=$?
  [ "$status" -eq "$wanted" ]
}

both() { # STATUS COMMAND: on random programs and on a case of parity
  judge "random, $2" run "$1" "$2" random --config nano --seed 1 --count 6
  cp "$work/log" "$work/random"
  judge "parity, $2" run "$1" "$2" parity verif/parity/cases.txt \
    --only layernorm-nano --json "$work/parity.json"
}

cp -r spec "$work/spec"
awk -F', ' -v OFS=', ' '/^LATENCY\(VECTOR_RETIRE,/ { $2++ } 1' spec/latency.def \
  >"$work/spec/latency.def"
# shellcheck disable=SC2046 # one word an include
"${CC:-gcc}" -std=c11 -O1 -D_GNU_SOURCE -ffp-contract=off -I"$work/spec" \
  $(printf -- '-I%s ' csim csim/*/) -c csim/vector/sth_vector.c \
  -o "$work/sth_vector.o" || exit 2
"${CC:-gcc}" -o "$late" "$BUILD/tools/cli/main.o" "$work/sth_vector.o" \
  "$BUILD/libtools.a" "$BUILD/libfirmware.a" "$BUILD/libsystolith.a" \
  -ljansson -lm -ldl || exit 2

both 0 "$BUILD/systolith"
both 1 "$late"
judge "what parity says" grep -q \
  '^layernorm-nano: first command that is not exact: VECTOR command ' "$work/log"
judge "what parity requires" grep -q '^FAILED: less than 99.9 %' "$work/log"
judge "what its JSON says" grep -q '"engine": "VECTOR"' "$work/parity.json"
cp "$work/random" "$work/log"
judge "what random says" grep -q \
  '^seed [0-9]*: first command that is not exact: VECTOR command ' "$work/log"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
