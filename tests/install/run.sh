#!/usr/bin/env bash
# Installs into a temporary prefix and uses what is there as others would:
# headers, libraries, command, manual pages, completion.  Nothing but the
# installed tree, pkg-config and the sources of the programs is used.
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${BUILD:=build}" "${MAKE:=make}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
passed=0
failed=0

# check NAME COMMAND...: the command succeeds.
check() {
  if "${@:2}" >"$work/log" 2>&1; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAIL $1"
    tail -20 "$work/log"
  fi
}

flags() { pkg-config --cflags --libs systolith; }

# build COMPILER... -- SOURCE: makes $work/program; any warning is a failure.
build() {
  local compiler=() source
  while [ "$1" != -- ]; do
    compiler+=("$1")
    shift
  done
  source=$2
  rm -f "$work/program"
  # shellcheck disable=SC2046
  (cd "$work" && "${compiler[@]}" -Wall -Wextra -Wpedantic -Werror \
    "$source" -x none $(flags) -o program)
}

# alone COMPILER HEADER: the header compiles as the only one.
alone() {
  # shellcheck disable=SC2046
  printf '#include <%s>\nint used;\n' "$2" |
    $1 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wundef -Werror \
      $(pkg-config --cflags systolith) -fsyntax-only -
}

completes() { # WORDS... TO EXPECT: the last is among what completes the rest
  bash -c '
    PATH=$1:$PATH
    . "$2/share/bash-completion/completions/systolith"
    want=${*: -1}
    COMP_WORDS=("${@:3:$#-3}")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _systolith
    printf "%s\n" "${COMPREPLY[@]}" | grep -qx -- "$want"' _ \
    "$prefix/bin" "$prefix" "$@"
}

# Nothing of the tree is left, but what was there before is.
as_before() { diff "$work/before" <(find "$prefix" | sort); }

# An empty folder and a file of others.
mkdir -p "$prefix/share/man" "$prefix/lib/pkgconfig"
touch "$prefix/lib/pkgconfig/other.pc"
find "$prefix" | sort >"$work/before"

"$MAKE" --no-print-directory BUILD="$BUILD" install PREFIX="$prefix" RTL=nano \
  >"$work/install.log" 2>&1 || {
  cat "$work/install.log"
  exit 1
}
unset SYSTOLITH_HOME SYSTOLITH_RTL
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
nano=$(pkg-config --variable=configdir systolith)/nano.cfg
edge=${nano%nano.cfg}edge.cfg
bin=$prefix/bin/systolith

no_timing() { # how memory keeps its time is nobody else's
  ! grep -rlE 'sth_mem_(channel|is_at_rest)' "$prefix/include" &&
    ! nm -D "$prefix/lib/libsystolith.so" |
      grep -E 'sth_mem_(read_channel|is_at_rest)'
}
check "memory's timing is not public" no_timing

for header in "$prefix"/include/systolith/*.h; do
  header=$(basename "$header")
  for language in 'gcc -std=c11 -x c' 'g++ -std=c++17 -x c++' \
    'clang++ -std=c++17 -x c++'; do
    check "$header: $language" alone "$language" "$header"
  done
done

for language in 'gcc -std=c11' 'g++ -std=c++17 -x c++' \
  'clang++ -std=c++17 -x c++'; do
  for example in product kernel compare; do
    check "$example: $language" \
      build $language -- "$PWD/examples/$example.c"
    check "$example: $language: runs" "$work/program" nano
  done
  check "many: $language" build $language -- "$PWD/tests/install/many.c"
  check "many: $language: runs" "$work/program" "$nano"
  check "play: $language" build $language -- "$PWD/tests/install/play.c"
  "$bin" trace --gemm 20x30x40 -o "$work/gemm.trace"
  check "play: $language: runs" "$work/program" "$nano" "$work/gemm.trace"
done
for compiler in g++ clang++; do
  check "lockstep: $compiler" \
    build $compiler -std=c++17 -- "$PWD/tests/install/lockstep.cpp"
  check "lockstep: $compiler: runs" "$work/program" nano "$edge"
done

# refuses_rtl MESSAGE: so does the loader, of $work/rtl/nano/libsth_rtl.so.
refuses_rtl() {
  SYSTOLITH_RTL=$work/rtl "$bin" run "$work/gemm.trace" --config nano \
    --backend rtl
  [ $? -eq 2 ] && grep -qF "$1" "$work/log"
}

# library SOURCE: makes it from what is behind the header.
library() {
  # shellcheck disable=SC2046
  printf '#include <sth_backend.h>\n%s\n' "$1" |
    gcc -x c -shared -fPIC $(pkg-config --cflags systolith) - \
      -o "$work/rtl/nano/libsth_rtl.so"
}

mkdir -p "$work/rtl/nano"
check "no RTL" refuses_rtl "is not built ($work/rtl/nano/libsth_rtl.so); run"
library 'const struct sth_backend sth_backend = {.abi = STH_BACKEND_ABI - 1};'
check "RTL of another interface" refuses_rtl "has interface "
library 'const struct sth_backend sth_backend = {.abi = STH_BACKEND_ABI};'
check "RTL of other parameters" refuses_rtl "was built for other parameters"
library 'int nothing;'
check "RTL without its symbol" refuses_rtl "cannot load the RTL: "
echo >"$work/rtl/nano/libsth_rtl.so"
check "RTL that is no library" refuses_rtl "cannot load the RTL: "

# The static libraries, in a program that does not stand beside them.
static() {
  # shellcheck disable=SC2046
  gcc -std=c11 $(pkg-config --cflags systolith) examples/compare.c \
    "$prefix/lib/libsystolith.a" -lm -ldl -o "$work/program" &&
    SYSTOLITH_HOME=$(pkg-config --variable=datadir systolith) \
      SYSTOLITH_RTL=$(pkg-config --variable=rtldir systolith) \
      "$work/program" nano
}
check "compare, static" static

# For packages: the same files below DESTDIR, which no file mentions.
staged() {
  "$MAKE" --no-print-directory BUILD="$BUILD" install PREFIX=/opt/it \
    RTL=nano DESTDIR="$work/stage" &&
    diff <(cd "$prefix" && find . | grep -v /other.pc | sort) \
      <(cd "$work/stage/opt/it" && find . | sort) &&
    grep -qx prefix=/opt/it "$work/stage/opt/it/lib/pkgconfig/systolith.pc" &&
    ! grep -rIq "$work" "$work/stage"
}
check "DESTDIR" staged
check "a tree that has moved" "$work/stage/opt/it/bin/systolith" info edge

# The command finds what came with it, from anywhere.
cd "$work" || exit 1
check "systolith --version" "$bin" --version
check "systolith info edge" "$bin" info edge
check "systolith trace" "$bin" trace --model gpt2 --phase prefill --seq 4 \
  -o "$work/gpt2.trace"
check "systolith run, both" "$bin" run "$work/gemm.trace" --config nano \
  --backend both --quiet
check "systolith random" "$bin" random --config nano --count 3
cd "$OLDPWD" || exit 1

for page in "$prefix"/share/man/man1/*.1; do
  check "$(basename "$page") renders" \
    bash -c '! groff -man -Tutf8 -ww -z "$1" 2>&1 | grep .' _ "$page"
done
check "man: options are there" bash -c \
  'groff -man -Tascii -P-cbou "$1" | grep -q -- "--by-layer\[=W\]"' _ \
  "$prefix/share/man/man1/systolith-run.1"
check "completion: commands" completes systolith par parity
check "completion: options" completes systolith run --by --by-layer
check "completion: words" completes systolith run --backend '' both
check "completion: names" completes systolith info se server
check "completion: models" completes systolith trace --model llama-3-8 llama-3-8b

# Once more without the RTL: it goes, with its folders.
again() {
  "$MAKE" --no-print-directory BUILD="$BUILD" install PREFIX="$prefix" RTL= &&
    [ ! -e "$prefix/lib/systolith" ] && "$bin" info edge
}
check "install again with less" again
check "uninstall" "$MAKE" --no-print-directory uninstall PREFIX="$prefix"
check "all is as before" as_before
echo "installed tree: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
