#!/usr/bin/env bash
# Firmware on the virtual platform: modules by the rules of TLM-2.0, images on
# model and RTL in the same cycles, programs as the host's firmware plays them,
# and how runs end.
set -u
: "${BUILD:=build}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
export SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1

# judge NAME COMMAND...: the command holds.
judge() {
  local name=$1
  shift
  if "$@" >"$work/judged" 2>&1; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "FAIL $name"
    cat "$work/judged"
  fi
}

# vp STATUS IMAGE OPTION...: ends with that status; its words are in $work/out.
vp() {
  local want=$1 image=$2
  shift 2
  timeout 120 "$BUILD/systolith" vp "$image" "$@" >"$work/out" 2>&1
  local status=$?
  [ $status -eq "$want" ] || { echo "status $status:"; cat "$work/out"; return 1; }
}
# says STATUS PATTERN IMAGE OPTION...: and a line of them is PATTERN.
says() {
  local pattern=$2
  vp "$1" "${@:3}" && grep -Eq "$pattern" "$work/out" || { cat "$work/out"; return 1; }
}

# example NAME LINE: it says so on nano, in as many cycles on model and RTL.
example() {
  local image=$BUILD/rv32/Os/$1.elf csim
  says 0 "^$2\$" "$image" --config nano &&
    csim=$(grep -o '^platform.*: [0-9]* cycles' "$work/out" | grep -o '[0-9]* cycles') &&
    says 0 "^$2\$" "$image" --config nano --backend rtl &&
    grep -q "^platform on the RTL: $csim" "$work/out"
}

# below KEY MOST: a number of the report is less.
below() {
  awk -v key="\"$1\":" -v most="$2" '
    $1 == key { found = 1; if ($2 + 0 >= most) bad = 1 }
    END { exit !found || bad }' "$work/json"
}

# plays SHARE OPTION...: all commands do what those of the host's firmware do,
# and the processor's share of the time, in percent, is less.
plays() {
  says 0 "against the host's firmware: ([0-9]+) of \1 commands wrote the same" \
    "$BUILD/rv32/Os/player.elf" --trace "$work/trace" --no-reference --compare \
    --json "$work/json" "${@:2}" && below share_pct "$1"
}

# sleeper: an image that sleeps with nothing to wake it.
sleeper() {
  printf '.globl _start\n_start: wfi\nj _start\n' >"$work/sleep.S"
  riscv64-unknown-elf-gcc -march=rv32imac -mabi=ilp32 -nostdlib -static \
    -Wl,-N,-Ttext=0x80000000 "$work/sleep.S" -o "$work/sleep.elf"
}

judge "rules of TLM-2.0" "$BUILD/vp/conformance" configs/nano.cfg
judge "two accelerators on one memory" "$BUILD/vp/two_accelerators" \
  configs/nano.cfg
judge "hello" example hello 'hello, stone'
judge "product" example product 'y is right'
judge "fused" example fused 'y is right'

# profiled OPTION...: the profile has every cycle and instruction of the run.
profiled() {
  vp 0 "$BUILD/rv32/Os/product.elf" --config nano "$@" \
    --profile "$work/profile" --flame "$work/flame.svg" \
    --coverage "$work/info" --json "$work/json" &&
    awk 'FNR == NR { if ($1 == "\"cycles\":") cycles = $2 + 0
                     if ($1 == "\"instructions\":") instructions = $2 + 0
                     next }
         /^$/ { exit }
         FNR > 1 { cycles -= $1; instructions -= $4 }
         END { exit cycles != 0 || instructions != 0 }' \
      "$work/json" "$work/profile" || { cat "$work/json" "$work/profile"; return 1; }
}
# executed COUNT TEXT: so often, as the coverage has it, was the line with TEXT.
executed() {
  local line
  line=$(grep -nF "$2" firmware/examples/product.c | cut -d: -f1) &&
    awk -v line="DA:$line," -v count="$1" '
      /^SF:/ { here = /firmware\/examples\/product.c$/ }
      here && index($0, line) == 1 { found = substr($0, length(line) + 1) }
      END { exit found != count }' "$work/info" ||
    { grep -A40 product.c "$work/info"; return 1; }
}
judge "profile" profiled
judge "profile of the RTL" profiled --backend rtl
judge "coverage: once a tile" executed 8 'const uint32_t again ='
judge "coverage: once a word" executed 512 "w[i / N][i % N] ="
judge "flame graph: callers" grep -q '>put_tile<' "$work/flame.svg"
judge "flame graph: it ends" grep -q '^</svg>$' "$work/flame.svg"

"$BUILD/systolith" trace --gemm 24x40x56 -o "$work/trace"
judge "model and RTL" says 0 \
  'C model and RTL: ([0-9]+) commands wrote the same, \1 in the same cycles' \
  "$BUILD/rv32/Os/player.elf" --trace "$work/trace" --config nano --backend both
judge "any quantum" plays 100 --config nano --quantum 1000
judge "code in the ROM" says 0 'player: success' "$BUILD/rv32/Os/player-rom.elf" \
  --trace "$work/trace" --config nano --quantum 1
judge "three accelerators" says 0 'player: success' \
  "$BUILD/rv32/Os/player.elf" --trace "$work/trace" --accelerators 3 --sanitize
judge "three of the RTL" says 0 'in the same cycles' "$BUILD/rv32/Os/player.elf" \
  --trace "$work/trace" --accelerators 3 --config nano --backend both
judge "timeline" vp 0 "$BUILD/rv32/Os/player.elf" --trace "$work/trace" \
  --timeline "$work/timeline" --accesses --quiet
judge "processor and accelerator in one timeline" test "$(grep -c \
  -e '"name": "processor"' -e '"name": "engines"' -e '"name": "plic"' \
  "$work/timeline")" -gt 5

"$BUILD/systolith" trace --model gpt2 --phase prefill --seq 32 -o "$work/trace"
judge "prefill" plays 5
"$BUILD/systolith" trace --model llama-3.2-1b --phase decode --past 64 \
  -o "$work/trace"
judge "decode" plays 10

judge "an image that is no player" says 105 \
  "0 of the program's [0-9]+ commands have retired" \
  "$BUILD/rv32/Os/hello.elf" --trace "$work/trace" --no-reference
judge "a sleep that nothing ends" sleeper
judge "it is seen" says 100 'waits for an interrupt, and none can come' \
  "$work/sleep.elf" --config nano
judge "as many cycles as it may take" says 103 'as many cycles as it may' \
  "$BUILD/rv32/Os/hello.elf" --cycles 100
judge "no image" says 2 'it is no ELF file' "$0"
judge "memory that is too small" says 2 'bytes of RAM, and there are' \
  "$BUILD/rv32/Os/player.elf" --trace "$work/trace" --ram 2
judge "options that exclude each other" says 2 'exclude each other' \
  "$BUILD/rv32/Os/player.elf" --trace x --program y
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -eq 27 ]
