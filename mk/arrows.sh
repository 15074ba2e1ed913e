#!/usr/bin/env bash
# The arrows of dependency: which folder may include headers of which.
#
#   spec     nothing            csim      spec
#   firmware spec               tools     spec csim firmware
#   verif    spec csim firmware (and the RTL)
#   rtl      what is generated from spec
#   tests    all of them
set -u
headers=$(mk/sources.sh '*.h' '*.def') || exit 2
bad=0
uses=0

# home HEADER: the top folder that holds a header of that name.
declare -A home
while read -r path; do home[$(basename "$path")]=${path%%/*}; done <<<"$headers"

# includes FOLDER MARK: "FILE:HEADER" of each line MARK include "HEADER".
includes() {
  grep -rHoE --exclude='*.md' "^ *$2include \"[^\"]+\"" "$1" |
    sed -E 's/: *[#`]include "/:/; s/"$//'
}

check() {
  local folder=$1 allowed=" $1 $2 " file name from
  while IFS=: read -r file name; do
    uses=$((uses + 1))
    from=${home[$(basename "$name")]:-}
    [ -n "$from" ] || continue
    case $allowed in
    *" $from "*) ;;
    *)
      echo "$file: includes $name of $from/, but $folder/ may use only:$allowed"
      bad=1
      ;;
    esac
  done < <(includes "$folder" '#')
}

check spec ""
check csim "spec"
check firmware "spec"
check tools "spec csim firmware"
check verif "spec csim firmware"
check tests "spec csim firmware tools verif"
# The RTL includes its own headers and the generated ones.
while IFS=: read -r file name; do
  uses=$((uses + 1))
  compgen -G "rtl/*/$name" >/dev/null && continue
  case $name in sth_spec.svh | sth_params.svh | sth_functions.svh) continue ;; esac
  echo "$file: includes $name, which is neither in rtl/ nor generated"
  bad=1
done < <(includes rtl '`')

# No floating point in firmware.
c=(--include='*.c' --include='*.h')
if grep -rnwE "${c[@]}" 'float|double' firmware |
  grep -vE ':[0-9]+: *(/?\*|//)' | grep -vE '\bdouble[- ]buffer'; then
  echo "firmware/: no floating point"
  bad=1
fi
# csim and firmware do no input or output but for files of keys and values.
stdio='v?f?printf|v?dprintf|f?puts|f?putc|putchar|fwrite|fread|fopen|fdopen'
stdio+='|freopen|getenv|perror|f?scanf|f?gets|getchar|f?getc|popen|system'
stdio+='|tmpfile|remove|rename'
if grep -rnE "${c[@]}" "\b($stdio)\(|\b(stdin|stdout|stderr)\b" \
  csim firmware | grep -v '^csim/common/sth_key_file\.c:'; then
  echo "csim/, firmware/: no hidden input or output"
  bad=1
fi
# Neither knows the RTL.
if grep -rniE '#include .*(verilat|svdpi|\bV?sth_core\b)' \
  csim firmware spec tools; then
  echo "csim/, firmware/, spec/, tools/: no header of the RTL"
  bad=1
fi
[ "$bad" -eq 0 ] && echo "the arrows of dependency hold: $uses includes"
exit "$bad"
