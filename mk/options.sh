#!/usr/bin/env bash
# Refills the tables of a page that the command prints: what stands between a
# line `<!-- options: COMMAND -->` and `<!-- end -->`; of COMMAND `families` what
# models it reads.
#
#   mk/options.sh SYSTOLITH <PAGE
set -eu
. mk/refill.sh
systolith=$1

table() {
  case $1 in
  families) "$systolith" trace --model '?' ;;
  *) "$systolith" help "$1" --format table ;;
  esac
}

refill options table
