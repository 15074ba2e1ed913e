#!/usr/bin/env bash
# The worst paths of a netlist, as timing.tcl prints them.
#
#   LIBERTY=file MACROS=file mk/silicon/timing.sh TOP NETLIST...
set -euo pipefail
export STH_LIBERTY=$LIBERTY STH_MACROS=$MACROS STH_TOP=$1 STH_NETLISTS="${*:2}"
export STH_PATHS=${PATHS:-10}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
sta -no_splash -exit "$(dirname "$0")/timing.tcl" >"$log" 2>&1 || true
if grep '^Error' "$log" >&2 || ! grep -q '^done' "$log"; then
  tail -5 "$log" >&2
  echo "$0: OpenSTA failed on $1" >&2
  exit 1
fi
grep '^path' "$log" || true
