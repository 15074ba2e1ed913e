#!/usr/bin/env bash
# Refills the measured tables of a page: what stands between a line
# `<!-- figures: NAME -->` and `<!-- end -->` is FOLDER/NAME.md.
#
#   mk/figures.sh FOLDER <PAGE
set -eu
. mk/refill.sh
folder=$1

table() { cat "$folder/$1.md"; }

refill figures table
