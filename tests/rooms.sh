#!/usr/bin/env bash
# The tree keeps to mk/rooms.txt, and mk/rooms.sh sees what does not: a call to
# a room above, a circle of objects or headers within a room, a source without an object, a room that nobody listed, a table that
# names a room before its time.
set -u
: "${BUILD:=build}" "${CC:=gcc}"
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

# A copy of the objects and sources, to which plant ROOM/NAME adds one.
fresh() {
  rm -rf "$work/o" "$work/s"
  mkdir "$work/o" "$work/s"
  cp -r csim firmware tools rtl "$work/s"
  (cd "$BUILD" && find csim firmware tools -name '*.o' -print0 |
    xargs -0 cp --parents -t "$work/o")
}
plant() {
  mkdir -p "$work/o/$(dirname "$1")" "$work/s/$(dirname "$1")"
  cat >"$work/s/$1.c"
  "$CC" -c "$work/s/$1.c" -o "$work/o/$1.o"
}
# red NAME PATTERN...: the check fails and says all of that.
red() {
  local name=$1
  shift
  mk/rooms.sh "$work/o" "$work/s" >"$work/log" 2>&1
  local status=$(($? == 0))
  for pattern; do grep -qF "$pattern" "$work/log" || status=1; done
  judge "$name" "$status"
}

mk/rooms.sh "$BUILD" >"$work/log" 2>&1
judge "the tree keeps to the table" $?

fresh
plant csim/numerics/upward <<<'void *sth_csim_create(void);
void *upward(void) { return sth_csim_create(); }'
red "a call to a room above" "csim/numerics/upward.o uses sth_csim_create()" \
  "csim/numerics may not use csim/core"

fresh
plant tools/run/one <<<'int two(void); int one(void) { return two(); }'
plant tools/run/two <<<'int one(void); int two(void) { return one(); }'
red "a circle within a room" "a circle of objects" "tools/run/one.o" \
  "tools/run/two.o"

fresh
echo '#include "sth_two.h"' >"$work/s/tools/run/sth_one.h"
echo '#include "sth_one.h"' >"$work/s/tools/run/sth_two.h"
red "a circle of headers within a room" "a circle of headers" \
  "tools/run/sth_one.h" "tools/run/sth_two.h"

fresh
rm "$work/o/tools/run/sth_work.o"
red "a source without an object" "tools/run/sth_work.c has no object"

fresh
plant csim/attic/thing <<<'int sth_mem_read(void);
int thing(void) { return sth_mem_read(); }'
red "a room that is not listed" "csim/attic is a room that mk/rooms.txt does"

fresh
sed 's#^csim/config: .*#& csim/core#' mk/rooms.txt >"$work/rooms.txt"
ROOMS=$work/rooms.txt red "a table out of order" \
  "csim/config names csim/core, which is not above it"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
