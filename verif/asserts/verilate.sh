#!/usr/bin/env bash
# Verilator for planted trees: a file that it writes again as it was keeps its
# time, so that make compiles only what the planted fault changes.  A bench
# starts from the one in the build directory PLANTED_FROM, if it stands there.
set -eu
dir=$(sed -n 's/.* --Mdir \([^ ]*\) .*/\1/p' <<<" $* ")
[ -n "$dir" ] || exec verilator "$@"
origin=${PLANTED_FROM:-}/${dir#build/}

# The core's rule removes the directory: of a link, only the link.
if [ ! -d "$dir" ]; then
  mkdir -p "$dir.kept"
  ln -s "${dir##*/}.kept" "$dir"
elif [ ! -L "$dir" ] && ! ls "$dir"/*.mk >/dev/null 2>&1 && [ -d "$origin" ]; then
  cp -r -p -n "$origin/." "$dir"
fi
# A library would keep objects that no longer belong to it.
rm -rf "$dir/before" "$dir"/*.a
mkdir "$dir/before"
find "$dir/" -maxdepth 1 -name 'V*' -regex '.*\.\(cpp\|h\|mk\)' \
  -exec cp -p -t "$dir/before" {} +
verilator "$@"
for file in "$dir"/before/*; do
  if cmp -s "$file" "$dir/${file##*/}"; then mv "$file" "$dir/"; fi
done
rm -rf "$dir/before"
