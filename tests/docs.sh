#!/usr/bin/env bash
# Runs the commands that README and docs show, as they are shown.
#
# Every `sh` block is run line by line from the root of the source tree.  A line
# that starts with `make` must name a target that exists (the targets run as
# steps of their own); any other line must succeed.
set -u
passed=0
failed=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
root=$PWD

# The shown commands use build/; lay out a copy that another BUILD can serve.
ln -s "$root"/* "$scratch" && rm -f "$scratch/build"
ln -s "$(realpath "$BUILD")" "$scratch/build"
cd "$scratch" || exit 1

while IFS=$'\t' read -r file line command; do
  [ -n "$command" ] || continue
  case $command in
  git\ * | cd\ * | \#*) continue ;;
  make*)
    target=$(sed -E 's/^make +([A-Z]+=[^ ]+ +)*([a-z-]+).*/\2/' <<<"$command")
    grep -qE "^$target:" "$root"/Makefile "$root"/mk/*.mk
    ;;
  *) timeout 300 bash -c "$command" >"$scratch/out.log" 2>"$scratch/err.log" ;;
  esac
  if [ $? -eq 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAIL $file:$line: $command"
    tail -5 "$scratch/err.log"
  fi
done < <(cd "$root" && awk '
  FNR == 1 { inside = 0 }
  /^```sh$/ { inside = 1; next }
  /^```/ { inside = 0 }
  inside { printf "%s\t%d\t%s\n", FILENAME, FNR, $0 }' README.md docs/*.md)
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
