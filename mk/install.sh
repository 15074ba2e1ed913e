#!/usr/bin/env bash
# Copies what `make install` has built below $DESTDIR$PREFIX and takes away what
# an earlier install put there and this one does not.  The manifest,
# share/systolith/manifest.txt, lists every file and, with a slash behind it,
# every folder that was not there before; mk/uninstall.sh goes by it.
set -eu
export LC_ALL=C
: "${BUILD:?}" "${PREFIX:?}" "${VERSION:?}" "${SOVERSION:?}"
root=${DESTDIR:-}$PREFIX
command=$BUILD/systolith
manifest=share/systolith/manifest.txt
list=$(mktemp)
trap 'rm -f "$list" "$list.old"' EXIT

# note PLACE: lists a path below the prefix, and the folders it lacks.
note() {
  local folder
  folder=$(dirname "$1")
  while [ "$folder" != . ] && [ ! -e "$root/$folder" ]; do
    echo "$folder/" >>"$list"
    folder=$(dirname "$folder")
  done
  echo "$1" >>"$list"
}

# put MODE FILE PLACE
put() {
  note "$3"
  install -D -m "$1" "$2" "$root/$3"
}

# fill MODE PLACE: the same with standard input.
fill() {
  local file
  file=$(mktemp)
  cat >"$file"
  put "$1" "$file" "$2"
  rm "$file"
}

put 755 "$command" bin/systolith
[ ! -e "$BUILD/systolith-vp" ] || put 755 "$BUILD/systolith-vp" bin/systolith-vp
for file in tools/tlm/sth_{accelerator,ram}_tlm.{h,cpp} \
  tools/tlm/sth_{payload,tlm_time}.h; do
  put 644 "$file" "share/systolith/tlm/$(basename "$file")"
done
while read -r header; do
  put 644 "$header" "include/systolith/$(basename "$header")"
done <"$BUILD/dist/headers.txt"

for library in libsystolith libsystolith_firmware; do
  put 644 "$BUILD/dist/$library.a" "lib/$library.a"
  put 755 "$BUILD/dist/$library.so" "lib/$library.so.$SOVERSION"
  note "lib/$library.so"
  ln -sf "$library.so.$SOVERSION" "$root/lib/$library.so"
done
for config in ${RTL:-}; do
  put 755 "$BUILD/rtl/$config/libsth_rtl.so" \
    "lib/systolith/rtl/$config/libsth_rtl.so"
done

# The platform, and what images for it are made from.
if [ -n "${KIT:-}" ]; then
  kit=share/systolith/firmware
  put 755 "$BUILD/systolith-vp" bin/systolith-vp
  put 644 firmware/kit/app.mk $kit/app.mk
  put 644 "$BUILD/rv32/Os/libsystolith_rv32.a" $kit/lib/libsystolith_rv32.a
  put 644 "$BUILD/rv32/image.ld" $kit/lib/image-ram.ld
  put 644 "$BUILD/rv32/image-rom.ld" $kit/lib/image-rom.ld
  put 644 "$BUILD/rv32/Os/player.elf" $kit/lib/player.elf
  for file in spec/*.{h,def} firmware/*/*.{h,def} "$BUILD/gen/sth_platform.h" \
    "$BUILD/rv32/string.h"; do
    put 644 "$file" "$kit/include/$(basename "$file")"
  done
  for file in firmware/examples/*.c; do
    put 644 "$file" "$kit/examples/$(basename "$file")"
  done
  for file in firmware/{driver,hal,kernels,runtime,rv32}/*.[cSh]; do
    put 644 "$file" "$kit/src/$file"
  done
fi

for file in configs/* configs/*/*; do
  [ -d "$file" ] || put 644 "$file" "share/systolith/$file"
done
for file in examples/*.c examples/*.cpp docs/library.md docs/tlm.md; do
  put 644 "$file" "share/doc/systolith/$file"
done

"$command" help --format man | fill 644 share/man/man1/systolith.1
for name in $("$command" help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
  [ "$name" = systolith ] ||
    "$command" help "$name" --format man |
    fill 644 "share/man/man1/systolith-$name.1"
done
"$command" help --completion bash |
  fill 644 share/bash-completion/completions/systolith
"$command" help --completion zsh | fill 644 share/zsh/site-functions/_systolith

# The libraries are found at run time as well, wherever the prefix is.
fill 644 lib/pkgconfig/systolith.pc <<PC
prefix=$PREFIX
includedir=\${prefix}/include/systolith
libdir=\${prefix}/lib
datadir=\${prefix}/share/systolith
configdir=\${datadir}/configs
rtldir=\${libdir}/systolith/rtl

Name: systolith
Description: Transformer accelerator as a model: chip, RTL, firmware
Version: $VERSION
Cflags: -I\${includedir} -I\${prefix}/include
Libs: -L\${libdir} -Wl,-rpath,\${libdir} -lsystolith_firmware -lsystolith
Libs.private: -lm -ldl
PC

note "$manifest"
count=$(grep -vc '/$' "$list")
if [ -r "$root/$manifest" ]; then
  # Backwards, what is in a folder comes before the folder.
  comm -23 <(sort "$root/$manifest") <(sort "$list") | sort -r >"$list.old"
  while read -r path; do
    case $path in
    */) rmdir "$root/$path" 2>/dev/null || echo "$path" >>"$list" ;;
    *) rm -f "$root/$path" ;;
    esac
  done <"$list.old"
fi
install -D -m 644 "$list" "$root/$manifest"
echo "installed $count files below $root"
