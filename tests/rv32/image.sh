#!/usr/bin/env bash
# The RV32 images: what start-up, console and traps make of them, their sizes,
# and that there is no floating point and no heap in them.
#
#   image.sh            the checks
#   image.sh sizes      what tests/rv32/sizes.txt should say
set -u
: "${BUILD:=build}"
rv32=$BUILD/rv32
tool=riscv64-unknown-elf
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# judge WHAT COMMAND...
judge() {
  if "${@:2}"; then passed=$((passed + 1)); else
    failed=$((failed + 1)); echo "FAIL $1"
  fi
}

# Bytes of an image by kind; the ring is not cleared.
sizes() {
  local image
  echo "image text data bss ring stack"
  for image in Os/player O2/player Os/player-rom; do
    $tool-size -A "$rv32/$image.elf" | awk -v image="$image" '
      { s[$1] = $2 }
      END { print image, s[".text"] + s[".rodata"], s[".data"] + 0, s[".bss"],
                  s[".noinit"], s[".stack"] }'
  done
}

# example NAME LINE [CONFIG]: the example ends well and says so.
example() {
  "$rv32/boot" "$rv32/Os/$1.elf" 0 "${@:3}" >"$work/out" &&
    grep -qx "$2" "$work/out" && pure "$rv32/Os/$1.elf" &&
    [ "$(wc -l <"firmware/examples/$1.c")" -le 100 ]
}

# ends STATUS LINE WORD [mute]: what traps.elf does with that word; one of the
# lines that it writes, or the dot behind them, is LINE.
ends() {
  local status
  "$rv32/boot" "$rv32/Os/traps.elf" "${@:3}" >"$work/out"
  status=$?
  if [ $status -ne "$1" ] || ! grep -Eqx "$2" <(cat "$work/out"; echo .); then
    echo "status $status:"
    cat "$work/out"
    return 1
  fi
}

# Says what of floating point and heap is in an object or image.
impure() {
  $tool-objdump -d "$1" | awk '
    $3 ~ /^(c\.)?f(lw|sw|ld|sd)(sp)?$/ ||
    $3 ~ /^f(n?madd|n?msub|add|sub|mul|div|sqrt|sgnj|min|max|cvt|mv|eq|lt|le|class)/ {
      print; found = 1 }
    END { exit !found }' && return 0
  $tool-nm "$1" | grep -E ' [TtUWw] (_?sbrk|brk|malloc|calloc|realloc|free|__[a-z]+[sdt]f[23a-z]*)$'
}
pure() { ! impure "$1"; }

if [ "${1:-}" = sizes ]; then
  sizes
  exit
fi

judge "sizes: tests/rv32/image.sh sizes >tests/rv32/sizes.txt" \
  diff <(sizes) tests/rv32/sizes.txt
sizes

for image in Os/player O2/player Os/player-rom Os/traps; do
  judge "$image: no floating point, no heap" pure "$rv32/$image.elf"
done
echo 'float f(float a, float b) { return a * b; }' >"$work/float.c"
echo 'extern void *malloc(unsigned); void *f(void) { return malloc(8); }' \
  >"$work/heap.c"
$tool-gcc -march=rv32imac -mabi=ilp32 -c "$work/float.c" -o "$work/soft.o"
$tool-gcc -march=rv32imafc -mabi=ilp32f -c "$work/float.c" -o "$work/hard.o"
$tool-gcc -march=rv32imac -mabi=ilp32 -c "$work/heap.c" -o "$work/heap.o"
for planted in soft hard heap; do
  judge "$planted: it is found" impure "$work/$planted.o" >"$work/found"
done

at=', pc 0x[0-9a-f]{8}, cause'
from=', ra 0x[0-9a-f]{8}, sp 0x[0-9a-f]{8}'
judge "memory and console" ends 0 '0x12345678 0x00000000 0 9 10 4294967295' 0
judge "main returns an error" ends 1 '\.' 1
judge "load" ends 2 "panic: load access fault$at 0x00000005, value 0x60000000$from" 2
judge "store" ends 2 "panic: store access fault$at 0x00000007, value 0x60000004$from" 3
judge "instruction" ends 2 "panic: illegal instruction$at 0x00000002, value 0x0{8}$from" 4
judge "breakpoint" ends 2 "panic: breakpoint$at 0x00000003, value 0x0{8}$from" 5
judge "stack overflow" ends 4 "panic: stack overflow$at .*" 6
judge "an overflow that traps nowhere" ends 4 'panic: stack overflow, seen at the end' 8
judge "a trap within a trap" ends 3 '\.' 5 mute
judge "a sleep that nothing ends" ends 99 '\.' 7
judge "hello" example hello 'hello, stone'
judge "poke" example poke 'array_rows 4' nano
for config in nano edge wide; do
  judge "fused on $config" example fused 'y is right' $config
  judge "product on $config" example product 'y is right' $config
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -eq 26 ]
