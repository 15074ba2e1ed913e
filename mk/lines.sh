#!/usr/bin/env bash
# A file that fits in the head: no source over 500 lines, no bench over 400.
# Tables (spec/*.def and others of their kind) and data do not count.
set -u
files=$(mk/sources.sh '*.c' '*.h' '*.cpp' '*.sv' '*.svh' '*.sh' '*.mk' \
  Makefile) || exit 2
# shellcheck disable=SC2086 # a name each
LC_ALL=C awk '
{ lines[FILENAME] = FNR }
END {
  for (i = 1; i < ARGC; i++) {
    file = ARGV[i]
    bench = file ~ /^verif\/(bench\/|.*\/.*\.cpp$)/ && file !~ /^verif\/cosim\//
    most = bench ? 400 : 500
    if (lines[file] <= most) continue
    print file ": " lines[file] " lines; split what is more than one job (at" \
      " most " most ")"
    bad = 1
  }
  if (!bad) print "every one of " ARGC - 1 " files fits"
  exit bad
}' $files
