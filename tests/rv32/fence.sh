#!/usr/bin/env bash
# What orders memory and registers on RV32, read from the code that each
# compiler makes of the memory-mapped HAL: a fence of everything (iorw, iorw)
# stands before the store of a register write and behind the load of a read.
set -u
: "${BUILD:=build}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# ordered OBJECT
ordered() {
  riscv64-unknown-elf-objdump -d "$1" | awk '
    /^[0-9a-f]+ <.*>:$/ { f = substr($2, 2, length($2) - 3); fence = load = 0 }
    $2 == "0ff0000f" { fence = 1; if (f == "mmio_reg_read" && load) read = 1 }
    f == "mmio_reg_read" && $3 ~ /^(c\.)?lw$/ { load = 1; fence = 0 }
    f == "mmio_reg_write" && $3 ~ /^(c\.)?sw$/ { write = fence }
    END { exit !(read && write) }'
}

# says WHAT, of the exit status before.
says() {
  if [ $? -eq 0 ]; then passed=$((passed + 1)); else
    failed=$((failed + 1)); echo "  no fence that orders memory and registers: $1"
  fi
}

flags="-mabi=ilp32 -std=c11 -ffreestanding -I$BUILD/rv32 -Ispec -Ifirmware/hal
  -Ifirmware/rv32"
for cc in 'riscv64-unknown-elf-gcc -march=rv32imac_zicsr' \
  'clang --target=riscv32-unknown-elf -march=rv32imac'; do
  for level in Os O2; do
    # shellcheck disable=SC2086 # several words
    $cc $flags -$level -c firmware/hal/sth_hal_mmio.c \
      -o "$work/hal.o" && ordered "$work/hal.o"
    says "$cc -$level"
  done
done
# A fence of C is none of these.
sed 's/^ *__asm__ volatile("fence.*/__atomic_thread_fence(__ATOMIC_SEQ_CST);/' \
  firmware/hal/sth_hal_mmio.c >"$work/hal.c"
# shellcheck disable=SC2086
clang --target=riscv32-unknown-elf -march=rv32imac $flags -O2 -c "$work/hal.c" \
  -o "$work/hal.o" && ! ordered "$work/hal.o"
says "a fence of C is taken for one"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -eq 5 ]
