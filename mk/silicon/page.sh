#!/usr/bin/env bash
# Refills the figures of a page: what stands between a line `<!-- silicon:
# CONFIG -->` and `<!-- end -->` is what is on record, and IMAGES gets the
# drawing.  A configuration without a record leaves its lines as they are.
#
#   mk/silicon/page.sh SYSTOLITH RECORD IMAGES <PAGE
set -eu
. mk/refill.sh
systolith=$1 record=$2 images=$3

figures() {
  local power=()
  [ -f "$record/$1.txt" ] || return 3
  [ ! -f "$record/$1-power.txt" ] || power=(--power "$record/$1-power.txt")
  "$systolith" silicon --config "$1" --measured "$record/$1.txt" --markdown \
    --svg "$images/silicon-$1.svg" "${power[@]}"
}

refill silicon figures
