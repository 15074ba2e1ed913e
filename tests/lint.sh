#!/usr/bin/env bash
# The checks of the tree see what is planted in a copy that git does not know,
# as a release is, and do not pass where there is nothing to look at.
set -u
: "${BUILD:=build}" "${MAKE:=make}"
BUILD=$(realpath "$BUILD")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

judge() { # NAME STATUS
  if [ "$2" -eq 0 ]; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "FAIL $1"
    cat "$work/log"
  fi
}

# says NAME STATUS PATTERN COMMAND...: how the command ends in the copy.
says() {
  local name=$1 want=$2 pattern=$3
  (cd "$work/tree" && "${@:4}") >"$work/log" 2>&1
  [ $? -eq "$want" ] && grep -qF -- "$pattern" "$work/log"
  judge "$name" $?
}

fresh() {
  rm -rf "$work/tree"
  mkdir "$work/tree"
  cp -r Makefile mk configs spec csim rtl firmware tools verif tests examples \
    "$work/tree"
}

fresh
says "the copy: arrows" 0 "hold: " mk/arrows.sh
says "the copy: rooms" 0 "hold: " mk/rooms.sh "$BUILD"
says "the copy: lines" 0 " files fit" mk/lines.sh

tree=$work/tree
echo '#include "sth_session.h"' >>"$tree/csim/vector/sth_vector.c"
echo '#include "sth_csim.h"' >>"$tree/csim/bus/sth_bus.h"
sed -i 's/^endmodule/  sth_core u_core ();\n&/' "$tree/rtl/vector/sth_vector.sv"
echo '`include "sth_lost.svh"' >>"$tree/rtl/sth_core.sv"
echo 'float x;' >>"$tree/firmware/kernels/sth_copy.c"
echo 'void f(void) { puts(""); }' >>"$tree/csim/core/sth_loop.c"
sed -i 's/^endmodule/  sth_load i_up ();\n&/' "$tree/rtl/vector/sth_vector_seq.sv"
sed -i 's/^endmodule/  sth_load\n    u_load ();\n&/' "$tree/rtl/matrix/sth_skew.sv"
echo '#include <sth_writer.h>' >>"$tree/csim/load/sth_load.c"
echo '#include <sth_csim.h>' >>"$tree/csim/onchip/sth_banks.h"
echo '#  include "sth_model.h"' >>"$tree/csim/store/sth_store.c"
echo 'int y = (int)(2 * 1.0f);' >>"$tree/firmware/kernels/sth_rope.c"
echo '__typeof__(1.0) z;' >>"$tree/firmware/kernels/sth_norm.c"
echo 'void g(void) { write(2, "", 1); }' >>"$tree/csim/front/sth_regs.c"
yes '//' | head -501 >"$tree/rtl/load/sth_long.sv"
echo 'int  x;' >"$tree/csim/vector/sth_new.c"
says "a header of a folder above" 1 \
  "csim/vector/sth_vector.c: includes sth_session.h of tools/" mk/arrows.sh
says "a header that is not there" 1 "includes sth_lost.svh" mk/arrows.sh
says "floating point in firmware" 1 "sth_copy.c" mk/arrows.sh
says "hidden output" 1 "csim/core/sth_loop.c" mk/arrows.sh
says "a header of a room above" 1 \
  "csim/bus/sth_bus.h uses sth_csim.h of csim/core/" mk/rooms.sh "$BUILD"
says "a module of a room above" 1 \
  "rtl/vector/sth_vector.sv uses sth_core of rtl/sth_core.sv" mk/rooms.sh "$BUILD"
says "a module of another instance name" 1 \
  "rtl/vector/sth_vector_seq.sv uses sth_load of rtl/load/" mk/rooms.sh "$BUILD"
says "a module whose instance is on the next line" 1 \
  "rtl/matrix/sth_skew.sv uses sth_load of rtl/load/" mk/rooms.sh "$BUILD"
says "a header in angles" 1 \
  "csim/load/sth_load.c: includes sth_writer.h of tools/" mk/arrows.sh
says "a header in angles of a room above" 1 \
  "csim/onchip/sth_banks.h uses sth_csim.h of csim/core/" mk/rooms.sh "$BUILD"
says "blanks behind the mark" 1 \
  "csim/store/sth_store.c: includes sth_model.h of tools/" mk/arrows.sh
says "a real literal" 1 "firmware/kernels/sth_rope.c:" mk/arrows.sh
says "a type of a real literal" 1 "firmware/kernels/sth_norm.c:" mk/arrows.sh
says "output by a call of the system" 1 "csim/front/sth_regs.c:" mk/arrows.sh
says "a source without an object" 1 \
  "csim/vector/sth_new.c has no object below" mk/rooms.sh "$BUILD"
says "a long file" 1 "rtl/load/sth_long.sv: 501 lines" mk/lines.sh
for target in lint-format lint-c; do
  says "$target reads a new file" 0 csim/vector/sth_new.c \
    "$MAKE" -n --no-print-directory BUILD="$BUILD" "$target"
done

find "$tree" -mindepth 1 -maxdepth 1 ! -name mk ! -name Makefile \
  -exec rm -r {} +
for script in arrows lines; do
  says "an empty tree: $script" 2 "" "mk/$script.sh"
done
says "an empty tree: rooms" 1 "no modules below " mk/rooms.sh "$BUILD"
says "an empty tree: lint-format" 2 "no C file" \
  "$MAKE" -n --no-print-directory BUILD="$BUILD" lint-format

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
