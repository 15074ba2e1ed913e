#!/usr/bin/env bash
# What a program of many steps takes, and its first step alone: one sentence.
#
#   mk/figures/programs.sh SYSTOLITH
set -eu
systolith=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# bytes STEPS: of the program with so many of the trace's steps.
bytes() {
  "$systolith" compile "$dir/l.trace" --config server --steps "$1" -o "$dir/l.prog"
  stat -c %s "$dir/l.prog"
}

"$systolith" trace --model llama-3-8b --phase decode --past 7000 --steps 100 \
  -o "$dir/l.trace"
echo "100 tokens of a Llama-3-8B layer behind 7,000 on \`server\` take $(bytes 100)" \
  "bytes, the first of them alone $(bytes 1)."
