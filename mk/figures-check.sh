#!/usr/bin/env bash
# Compares pages and pictures with what FOLDER would make of them; names all that
# are others.
#
#   mk/figures-check.sh FOLDER IMAGES PICTURE... -- PAGE...
set -eu
folder=$1 images=$2
shift 2
stale=()
while [ "$1" != -- ]; do
  cmp "$images/$1" "$folder/$1" || stale+=("$images/$1")
  shift
done
shift
for page; do
  mk/figures.sh "$folder" <"$page" | diff -u "$page" - || stale+=("$page")
done
[ ${#stale[@]} -eq 0 ] || {
  echo "run make figures: ${stale[*]}"
  exit 1
}
