#!/usr/bin/env bash
# The arrows of dependency: which folder may include headers of which.
#
#   spec     nothing            csim      spec
#   firmware spec               tools     spec csim firmware
#   verif    spec csim firmware (and the RTL)
# Tests may include any public header.
set -u
bad=0

# home HEADER: the top folder that holds a header of that name.
declare -A home
while read -r path; do home[$(basename "$path")]=${path%%/*}; done \
  < <(git ls-files '*.h' '*.def' '*.inc.c')

check() {
  local folder=$1 allowed=" $1 $2 " file name from
  while IFS=: read -r file name; do
    from=${home[$(basename "$name")]:-}
    [ -n "$from" ] || continue
    case $allowed in
    *" $from "*) ;;
    *)
      echo "$file: includes $name of $from/, but $folder/ may use only:$allowed"
      bad=1
      ;;
    esac
  done < <(git grep -oE '^ *#include "[^"]+"' -- "$folder" ':!*.md' |
    sed -E 's/: *#include "/:/; s/"$//')
}

check spec ""
check csim "spec"
check firmware "spec"
check tools "spec csim firmware"
check verif "spec csim firmware"

# No floating point in firmware.
if git grep -nwE 'float|double' -- 'firmware/*.c' 'firmware/*.h' |
  grep -vE ':[0-9]+: *(/?\*|//)' | grep -vE '\bdouble[- ]buffer'; then
  echo "firmware/: no floating point"
  bad=1
fi
# csim and firmware do not know the RTL, csim does no output.
if git grep -nE '\b(printf|fopen|getenv)\(' -- 'csim/*.c' |
  grep -vE '(sn|vsn)printf|sth_config.c'; then
  echo "csim/: no hidden input or output"
  bad=1
fi
[ "$bad" -eq 0 ] && echo "the arrows of dependency hold"
exit "$bad"
