#!/usr/bin/env bash
# Takes away what mk/install.sh has listed, and folders that are empty then.
set -eu
root=${DESTDIR:-}${PREFIX:?}
manifest=$root/share/systolith/manifest.txt
if [ ! -r "$manifest" ]; then
  echo "uninstall: nothing is installed below $root" >&2
  exit 1
fi
count=$(wc -l <"$manifest")
while read -r file; do
  rm -f "$root/$file"
  echo "$file"
done <<<"$(cat "$manifest")" | while read -r file; do
  folder=$(dirname "$file")
  while [ "$folder" != . ] && rmdir "$root/$folder" 2>/dev/null; do
    folder=$(dirname "$folder")
  done
done
echo "removed $count files below $root"
