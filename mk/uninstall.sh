#!/usr/bin/env bash
# Takes away what mk/install.sh has listed: files, and the folders that it made
# and that are empty then.
set -eu
root=${DESTDIR:-}${PREFIX:?}
manifest=$root/share/systolith/manifest.txt
if [ ! -r "$manifest" ]; then
  echo "uninstall: nothing is installed below $root" >&2
  exit 1
fi
count=$(grep -vc '/$' "$manifest")
# Backwards, what is in a folder comes before the folder.
LC_ALL=C sort -r "$manifest" | while read -r path; do
  case $path in
  */) rmdir "$root/$path" 2>/dev/null || true ;;
  *) rm -f "$root/$path" ;;
  esac
done
echo "removed $count files below $root"
