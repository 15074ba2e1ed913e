#!/usr/bin/env bash
# The tables of spec/ obey their rules, and the manual's generated tables and
# the committed function tables are what the generators print now.
set -u
passed=0
failed=0
judge() {
  if "${@:2}"; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "FAIL $1"
  fi
}

same_page() { "$BUILD/specgen" page <"$1" | diff -u "$1" - ; }
same_functions() {
  "$MAKE" -s --no-print-directory "$BUILD/numeric/sth_funcgen" &&
    "$BUILD/numeric/sth_funcgen" | diff -q spec/functions.def -
}

judge "spec tables" "$BUILD/specgen" check
for page in $(grep -l '<!-- generated: ' docs/*.md); do
  judge "$page: run make manual" same_page "$page"
done
judge "spec/functions.def: run make functions" same_functions
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
