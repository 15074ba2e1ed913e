#!/usr/bin/env bash
# Plays the example of docs/trace.md, with the weights that the page gives it, and
# says what the run reports.
#
#   mk/figures/example.sh SYSTOLITH
set -eu
systolith=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

awk '/^## An example/ { there = 1 }
  there && /^```/ { if (inside++) exit; next }
  inside { print }' docs/trace.md >"$dir/norm.trace"
# (i % 5 - 2) / 4 as bf16, i from 0 to 127.
for ((i = 0; i < 128; i++)); do
  case $((i % 5)) in
  0) printf '\x00\xbf' ;;
  1) printf '\x80\xbe' ;;
  2) printf '\x00\x00' ;;
  3) printf '\x80\x3e' ;;
  4) printf '\x00\x3f' ;;
  esac
done >"$dir/w.bin"
"$systolith" run "$dir/norm.trace" --config nano --json "$dir/norm.json" >/dev/null
awk '/^  "macs":/ { macs = $2 + 0 } /^  "max_abs_error":/ { error = $2 + 0 }
  END { printf "On `nano` that is %d MACs, with a maximum error of %.4f.\n", macs, error }' \
  "$dir/norm.json"
