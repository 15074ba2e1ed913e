# Refilling the generated parts of a page; sourced.
# shellcheck shell=bash

# refill KIND FILL <PAGE: between each line `<!-- KIND: WORDS -->` and its
# `<!-- end -->` stands what FILL WORDS prints then, unless it fails with 3: then
# the part stays as it is.  A part without an end stops everything.
refill() {
  local kind=$1 fill=$2 line words body status
  while IFS= read -r line; do
    printf '%s\n' "$line"
    [[ $line == "<!-- $kind: "*' -->' ]] || continue
    words=${line#"<!-- $kind: "}
    words=${words% -->}
    status=0
    body=$("$fill" "$words" && echo x) || status=$?
    [ "$status" -ne 3 ] || continue
    [ "$status" -eq 0 ] || return "$status"
    printf '%s' "${body%x}"
    while [ "$line" != '<!-- end -->' ]; do
      IFS= read -r line || {
        echo "$0: no '<!-- end -->' behind '<!-- $kind: $words -->'" >&2
        return 1
      }
    done
    printf '%s\n' "$line"
  done
}
