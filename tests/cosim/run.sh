#!/usr/bin/env bash
# Short co-simulations of one configuration: every trace of cases.txt (or of
# CASES) under every memory of it, on the C model and the RTL in step.
#
#   tests/cosim/run.sh CONFIG
#
# A run passes when every command wrote the same on both sides and the C
# model's cycles are within 2 % of the RTL's; all of them on average within
# 0.5 %.
set -u
config=$1
: "${BUILD:=build}"
home=$(dirname "$0")
: "${CASES:=$home/cases.txt}"
work=$BUILD/cosim/$config
limit=2
mean_limit=0.5
mkdir -p "$work" || exit 1
passed=0
failed=0
worst=0
errors=()

trim() {
  local text=$1
  text=${text#"${text%%[![:space:]]*}"}
  printf '%s' "${text%"${text##*[![:space:]]}"}"
}

# fail NAME WORDS LOG
fail() {
  failed=$((failed + 1))
  echo "FAILED: $1: $2"
  sed 's/^/    /' "$3"
}

# The percentage between csim and rtl cycles of a log, and whether it will do.
judge() {
  awk -v limit="$limit" '
    /"csim":/ { side = 1 }
    /"rtl":/ { side = 2 }
    /"cycles":/ && side && !seen[side]++ {
      gsub(/[^0-9]/, "", $2); cycles[side] = $2
    }
    END {
      if (!cycles[1] || !cycles[2]) { print "0 none"; exit }
      d = cycles[1] - cycles[2]
      size = d < 0 ? -d : d
      ok = 100 * size <= limit * cycles[2]
      printf "%+.2f %s\n", 100 * d / cycles[2], ok ? "near" : "far"
    }' "$1"
}

# run TRACE-NAME MEMORY-OPTIONS
run() {
  local name="$1, $2" log=$work/$1.log json=$work/$1.json error verdict
  rm -f "$json"
  # shellcheck disable=SC2086 # the options are several words
  if ! "$BUILD/systolith" run "$work/$1.trace" --config "$config" \
    --backend both $2 --no-reference --json "$json" --wave "$work/$1.fst" \
    >"$log" 2>&1; then
    fail "$name" "differs or does not run" "$log"
    return
  fi
  read -r error verdict < <(judge "$json") || verdict=none
  printf '%-14s %-42s %s %%\n' "$1" "$2" "$error"
  worst=$(awk -v a="$worst" -v b="${error#[+-]}" \
    'BEGIN { print (a + 0 > b + 0 ? a : b) }')
  errors+=("${error#[+-]}")
  if [ "$verdict" = near ]; then
    passed=$((passed + 1))
  else
    fail "$name" "the cycles are off by ${error:-?} %" "$log"
  fi
}

memories=()
traces=()
while IFS='|' read -r what value; do
  what=$(trim "$what")
  value=$(trim "${value:-}")
  case $what in
  '' | '#'*) ;;
  memory) memories+=("$value") ;;
  trace\ * | program\ *)
    name=$(trim "${what#* }")
    traces+=("$name")
    rm -f "$work/$name.trace"
    case $value in
    *.trace) cp "$home/$value" "$work/$name.trace" || exit 1 ;;
    *)
      # shellcheck disable=SC2086
      "$BUILD/systolith" trace $value -o "$work/$name.trace" || exit 1
      ;;
    esac
    if [ "${what%% *}" = program ]; then
      "$BUILD/systolith" compile "$work/$name.trace" --config "$config" \
        -o "$work/$name.program" &&
        mv "$work/$name.program" "$work/$name.trace" || exit 1
    fi
    ;;
  *)
    echo "$CASES: what is '$what'?"
    exit 2
    ;;
  esac
done <"$CASES" || exit 1

for name in "${traces[@]}"; do
  for memory in "${memories[@]}"; do
    run "$name" "$memory"
  done
done

mean=$(printf '%s\n' "${errors[@]}" |
  awk '{ sum += $1 } END { printf "%.3f", NR ? sum / NR : 0 }')
if ! awk -v m="$mean" -v l="$mean_limit" 'BEGIN { exit !(m + 0 <= l + 0) }'; then
  failed=$((failed + 1))
  echo "FAILED: the cycles are off by $mean % on average"
fi
echo "$config: cycle error mean $mean %, worst $worst %"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
