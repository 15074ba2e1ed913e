#!/usr/bin/env bash
# Elaborates one module and what stands below it, names the modules after their
# files and describes their memories.
#
#   mk/silicon/elaborate.sh OUT.il TOP 'NAME VALUE ...' FILE|-IDIR...
#
# Writes beside OUT.il: .lib (memory wrappers as Liberty cells), .log.
set -euo pipefail
out=$1 top=$2
read -ra params <<<"$3"
shift 3
here=$(dirname "$0")
chosen=
for ((i = 0; i < ${#params[@]}; i += 2)); do
  chosen+=" -chparam ${params[i]} ${params[i + 1]}"
done
mkdir -p "$(dirname "$out")"
# Without -defer every module would be elaborated with its defaults as well.
yosys -q -p "read_verilog -sv -defer $*; hierarchy -check -top $top $chosen; proc
  write_ilang $out.raw" >"${out%.il}.log" 2>&1 || {
  tail -5 "${out%.il}.log" >&2
  exit 1
}
# What is of no bits is declared from bit -1.
none=$(sed -n '/^  wire .* offset -/{s/.* //p;q}' "$out.raw")
if [ -n "$none" ]; then
  echo "$0: $top: a parameter is out of its range: $none is of no bits" >&2
  exit 1
fi
awk -f "$here/names.awk" "$out.raw" "$out.raw" >"$out.new"
rm "$out.raw"
awk -f "$here/macros.awk" "$out.new" >"${out%.il}.lib"
mv "$out.new" "$out"
