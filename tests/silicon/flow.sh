#!/usr/bin/env bash
# The flow of `make silicon` on a small chip: each block once, paths in the names
# of the RTL, memories as macros, nothing done twice; and what it refuses.
set -u
# shellcheck source=tests/silicon/judge.sh
. tests/silicon/judge.sh

elaborate() {
  mk/silicon/elaborate.sh "$1" "$2" '' "-I$BUILD/gen" -Irtl/common \
    tests/silicon/flow.sv rtl/common/sth_regfile_1r1w.sv
}

measure() {
  mk/silicon/split.sh "$dir/core.il" sth_flow "$dir/blocks.txt" &&
    mk/silicon/chip.sh "$dir" sth_flow nano 1 "$liberty" 1 >"$dir/chip.txt"
}

# says PATTERN: a line of what was measured.
says() { grep -qE "^$1\$" "$dir/chip.txt"; }

# refused MODULE: it elaborates, but is not synthesised, and the log says why.
refused() {
  mkdir -p "$dir/$1/area"
  elaborate "$dir/$1/core.il" "$1" &&
    cp "$dir/$1/core.il" "$dir/$1/area/$1.il" &&
    ! LIBERTY=$liberty MACROS=$dir/$1/core.lib \
      mk/silicon/synth.sh "$dir/$1/area/$1.il" 2>"$dir/$1/said" &&
    grep -q "$1 failed, see" "$dir/$1/said"
}

# Timing that finds no path is no measurement.
untimed() {
  mkdir -p "$dir/bin"
  printf '#!/bin/sh\necho done\n' >"$dir/bin/sta"
  chmod +x "$dir/bin/sta"
  cp "$dir/chip.txt" "$dir/kept.txt"
  ! PATH=$dir/bin:$PATH measure 2>"$dir/said"
  local failed=$?
  mv "$dir/kept.txt" "$dir/chip.txt"
  [ $failed -eq 0 ] && grep -q 'no path from register to register' "$dir/said"
}

# A page that lacks the end of its figures is not cut short.
endless() {
  touch "$dir/nano.md"
  ! printf '<!-- figures: nano -->\nfigures\n' |
    mk/figures.sh "$dir" >/dev/null 2>"$dir/said" &&
    grep -q "no '<!-- end -->' behind '<!-- figures: nano -->'" "$dir/said"
}

# Every block of the chip's list is a module with a file of its own.
modules_exist() {
  local name
  for name in $(sed -n 's/^\(sth_[a-z0-9_]*\) .*/\1/p' mk/silicon/blocks.txt); do
    compgen -G "rtl/$name.sv" >/dev/null ||
      compgen -G "rtl/*/$name.sv" >/dev/null || return 1
  done
}

judge "mk/silicon/blocks.txt names modules" modules_exist
cat >"$dir/blocks.txt" <<'END'
sth_flow       | area  | whole | top
sth_flow_count | delay | quick | counter
END
judge "a small chip elaborates" elaborate "$dir/core.il" sth_flow
judge "it is measured" measure
judge "one block stands twice" says 'block sth_flow_count(_2)? delay 2 .* 4 0 .*'
judge "of another width once" says 'block sth_flow_count(_2)? delay 1 .* 8 0 .*'
judge "the top holds no block" says 'block sth_flow area 1 .* 8 0 .*'
judge "a register file is a macro" says 'memory sth_regfile_1r1w 16 8 1'
judge "a path through the register file, in RTL names" \
  says 'path reg-reg [2-9]\.[0-9]* u_second/count_q sum_q [0-9]*'
judge "a path from block to block" says 'path [^ ]* .* u_second/count_q [0-9]*'
judge "a path into the register file" \
  says 'path reg-reg .* u_third/count_q u_storage/wdata_i 0'
stamp=$(find "$dir" -name '*.v' -printf '%p %T@\n')
judge "measured again" measure
judge "and nothing synthesised again" \
  [ "$stamp" = "$(find "$dir" -name '*.v' -printf '%p %T@\n')" ]
judge "measured by a make of two jobs" env MAKE="$MAKE" make -s -j2 -f - x \
  >"$dir/said" 2>&1 <<END
x: export MAKE := $MAKE
x:
	mk/silicon/chip.sh $dir sth_flow nano 1 $liberty 1 >$dir/again.txt
END
judge "which has nothing to say of it" eval '! grep -q warning "$dir/said"'
awk -f mk/silicon/shuffle.awk -v seed=1 "$dir/core.il" >"$dir/shuffled.il"
judge "cells in another order" eval '! cmp -s "$dir/core.il" "$dir/shuffled.il"'
judge "are the same cells" \
  cmp -s <(sort "$dir/core.il") <(sort "$dir/shuffled.il")
judge "a chip without paths is refused" untimed
judge "a page without an end is refused" endless
judge "a latch is refused" refused sth_flow_latch
judge "a loop is refused" refused sth_flow_loop
verdict
