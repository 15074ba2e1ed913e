#!/usr/bin/env bash
# The planted bugs as a table of docs/diagnosis.md: what each is, how the run
# ends, and what is said of it.
set -u
here=tests/firmware_bugs
echo '| bug | status | what is said |'
echo '|---|---|---|'
grep -v '^#' $here/bugs.txt | while IFS='|' read -r name ends says; do
  name=${name//[[:space:]]/}
  [ -n "$name" ] && [ -n "${says//[[:space:]]/}" ] || continue
  what=$(awk '{ print } /\*\// { exit }' "$here/$name.c" |
    sed 's|^/\* *||; s|^ \* *||; s| *\*/$||' | tr '\n' ' ' | sed 's/ *$//; s/\.$//')
  ends=$(sed 's/[[:space:]]//g; s/(05)?/ or 105/; s/10\[05\]/100 or 105/' <<<"$ends")
  says=$(sed 's/^ *//; s/ *$//; s/\.\*/…/g; s/|/\\|/g' <<<"$says")
  printf '| %s: %s | %s | %s |\n' "[\`$name\`](../$here/$name.c)" "$what" "$ends" "$says"
done
