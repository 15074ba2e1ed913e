#!/usr/bin/env bash
# The command line from outside: help, exit statuses, and every malformed input
# of tests/malformed with the message of expected.txt.  Nothing may be written
# when a command fails.
#
#   tests/cli/run.sh [SYSTOLITH]
#
# A line of expected.txt is `KIND/FILE` and, behind the first space, what must
# follow "systolith: PATH" on standard error, byte for byte.
set -u
cd "$(dirname "$0")/../.."
systolith=${1:-${BUILD:-build}/systolith}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. tests/cli/checks.sh
. tests/cli/refusals.sh

help_pages() {
  local command
  succeeds '^usage: systolith COMMAND' --help
  succeeds '^usage: systolith COMMAND' -h
  succeeds '^usage: systolith COMMAND' help
  for command in trace run plan random table parity bench silicon disasm vp info help; do
    succeeds "^usage: systolith $command" "$command" --help
    succeeds "^usage: systolith $command" "$command" -h
    succeeds "^usage: systolith $command" help "$command"
  done
  succeeds '^systolith [0-9]+\.[0-9]+\.[0-9]+, contract [0-9]+\.[0-9]+' --version
  succeeds ' and routing \(0 to 4294967295; default 1\)$' run --help
  succeeds '; one of csim, rtl, both \(default' help run
  succeeds '^\.TH SYSTOLITH-RUN 1 ' help run --format man
  succeeds '^\| `--by-layer\[=W\]` \| ' help run --format table
}

# The tables of the manual are those of the command.
manual() {
  local page
  for page in cli trace; do
    mk/options.sh "$systolith" <"docs/$page.md" >"$work/$page.md"
    check "docs/$page.md: run make manual" \
      cmp -s "docs/$page.md" "$work/$page.md"
  done
}

# Plans that are kept, given again, changed by hand, and refused.
plans() {
  local trace=$work/plans.trace file=$work/a.plans
  local play=(run "$trace" --config nano --time-only)
  run trace --gemm 24x40x56 -o "$trace"
  succeeds '^end$' plan "$trace" --config nano -o -
  run plan "$trace" --config nano -o "$file"
  succeeds ', given in line 4$' plan "$trace" --config nano --plans "$file"
  succeeds '^csim, ' "${play[@]}" --plans "$file"
  cp "$work/out" "$work/given"
  run "${play[@]}"
  check "plans that are given take the cycles of those decided" \
    cmp -s <(grep '^csim, ' "$work/given") <(grep '^csim, ' "$work/out")
  sed 's/gemm m=24/gemm m=25/' "$file" >"$work/other.plans"
  run "${play[@]}" --plans "$work/other.plans"
  check "a line that nothing takes is named" grep -qxF "systolith: note: \
$work/other.plans:4: no operation has this kernel and shape" "$work/err"
  refuses 2 "option --plan-cache: $file: Not a directory" \
    "${play[@]}" --plan-cache "$file"
  sed -i 's/ : mb=[0-9]*/ : mb=1/' "$file"
  succeeds ' blocks of 1 rows,' plan "$trace" --config nano --plans "$file"
  run compile "$trace" --config nano --plans "$file" -o "$work/plans.prog"
  run run "$work/plans.prog" --config nano --time-only
  cp "$work/out" "$work/given"
  run "${play[@]}" --plans "$file"
  check "a program has the plans that were given" \
    cmp -s <(grep '^csim, ' "$work/given") <(grep '^csim, ' "$work/out")
  refuses 2 "$work/plans.prog: a compiled program has no plans" \
    run "$work/plans.prog" --config nano --plans "$file"
  sed -i 's/ : mb=[0-9]*/ : mb=9999/' "$file"
  refuses 2 "$file:4: member 'mb': the plan does not fit 'nano'" \
    "${play[@]}" --plans "$file"
  refuses 2 "$file:4: member 'mb': the plan does not fit 'nano'" \
    compile "$trace" --config nano --plans "$file" -o "$work/result"
  refuses 2 "options --plans and --plan-cache exclude each other" \
    "${play[@]}" --plans "$file" --plan-cache "$work/cache"
  succeeds '^1 plans in ' plan "$trace" --config nano --plan-cache "$work/cache"
  succeeds '^0 plans in ' plan "$trace" --config nano --plan-cache "$work/cache"
  succeeds '^1 plans in ' plan "$trace" --config edge --plan-cache "$work/cache"
  check "a cache has a file for each chip" \
    test "$(find "$work/cache" -name '*.plans' | wc -l)" -eq 2
  for file in "$work"/cache/*; do sed -i 's/ : mb=/&1/' "$file"; done
  succeeds '^1 plans in ' plan "$trace" --config nano --plan-cache "$work/cache"
  succeeds '^0 plans in ' plan "$trace" --config nano --plan-cache "$work/cache"
}

# visits WORDS FOUR-NUMBERS: how many of 4000 tokens go to each of four experts,
# to 12 %.
visits() {
  run trace --model "$work/four.json" --phase prefill --seq 4000 \
    --experts "$1" -o "$work/four.trace"
  check "--experts $1: shares of $2" awk -v expected="$2" '
    BEGIN { split(expected, want, " ") }
    $1 == "tensor" && match($2, /^l0\.e[0-3]\.x$/) {
      split($4, rows, "x"); n++
      share = rows[1] / want[substr($2, 5, 1) + 1]
      if (share > 0.88 && share < 1.12) good++
    }
    END { exit !(n == 4 && good == 4) }' "$work/four.trace"
}
experts() {
  printf '{"model_type": "mixtral", "hidden_size": 16, "intermediate_size": 16,
    "num_attention_heads": 2, "num_key_value_heads": 2, "num_hidden_layers": 1,
    "num_local_experts": 4, "num_experts_per_tok": 1,
    "max_position_embeddings": 8192, "vocab_size": 16}' >"$work/four.json"
  echo 1 2 3 4 >"$work/shares.txt"
  visits uniform "1000 1000 1000 1000"
  visits balanced "1000 1000 1000 1000"
  visits zipf:1 "1920 960 640 480"
  visits zipf:2 "2810 702 312 176"
  visits "$work/shares.txt" "400 800 1200 1600"
}

# What every JSON report says about itself.
reports() {
  local hash file
  run trace --gemm 4x4x4 -o "$work/head.trace"
  run run "$work/head.trace" --config nano --quiet --json "$work/head.json" \
    --timeline "$work/head.timeline"
  hash=$("$systolith" info nano | sed -n '1s/.*hash //p')
  "$systolith" info --json nano >"$work/head.info"
  for file in json timeline info; do
    check "a $file names the version" \
      grep -q '"version": *{' "$work/head.$file"
    check "a $file names the hash" grep -q "\"$hash\"" "$work/head.$file"
    while IFS=' =' read -r key value; do
      case $key in '' | '#'*) continue ;; esac
      check "a $file has $key" \
        grep -qE "\"$key\": *\"?${value%% *}\b" "$work/head.$file"
    done <configs/nano.cfg
  done
}

malformed_files() {
  local kind file text path listed
  while IFS= read -r line; do
    case $line in '' | '#'*) continue ;; esac
    file=${line%% *}
    text=${line#* }
    kind=${file%%/*}
    path=tests/malformed/$file
    case $kind in
    config) refuses 2 "$path$text" info "$path" ;;
    trace)
      refuses 2 "$path$text" run "$path" --config nano \
        --json "$work/result.json" --timeline "$work/result.timeline" \
        --events "$work/result.events"
      ;;
    model)
      refuses 2 "$path$text" trace --model "$path" --phase prefill --seq 4 \
        -o "$work/result.trace"
      ;;
    *) report "$file" "unknown kind" ;;
    esac
  done <tests/malformed/expected.txt
  # Each file has its line.
  listed=$(grep -v '^#' tests/malformed/expected.txt | cut -d' ' -f1 | sort)
  check "every malformed file is listed" \
    [ "$listed" = "$(cd tests/malformed && ls -d {config,trace,model}/* |
      sort)" ]
}

# What works, works and leaves exactly the files asked for.
good_runs() {
  local t=$work/good.trace
  run trace --gemm 9x10x11 -o "$t"
  check "trace: status" [ "$status" -eq 0 ]
  check "trace prints nothing" [ ! -s "$work/out" ]
  succeeds '^systolith-trace 1' trace --gemm 9x10x11 -o -
  run trace --gemm 9x10x11 -o -
  check "-o - writes the same" cmp -s "$work/out" "$t"
  run run "$t" --config nano --quiet --json "$work/good.json" \
    --timeline "$work/good.timeline" --events "$work/good.events"
  check "run: status" [ "$status" -eq 0 ]
  check "run --quiet prints nothing" [ ! -s "$work/out" ]
  for file in json timeline events; do
    check "run --$file writes it" [ -s "$work/good.$file" ]
  done
  run run "$t" --config nano --time-only --by-layer --quiet --json "$work/l.json"
  check "run --by-layer: status" [ "$status" -eq 0 ]
  check "run --by-layer counts layers" grep -q '"simulated"' "$work/l.json"
  succeeds '^\| good' table "$work/good.json"
  run trace --gemm 64x64x64 -o "$work/cube.trace"
  succeeds '^bound by array: 16384 cycles at least' run "$work/cube.trace" \
    --config nano --time-only --json "$work/cube.json"
  succeeds '^\| cube .*\| nano .*fixed:100:0 .*csim .*array .* 16384 ' \
    table --efficiency "$work/cube.json"
  run trace --attention 4/2x8 --seq 9 --past 3 -o "$work/heads.trace"
  succeeds ' attention ' run "$work/heads.trace" --config nano
  run trace --attention 4/2x8 --seq 9 --past 3 --full -o "$work/full.trace"
  check "--full takes the mask away" grep -q 'causal=0' "$work/full.trace"
  run run "$t" --config nano --quiet --json /nonexistent/x
  check "run --json to nowhere: status" [ "$status" -eq 1 ]
  echo old >"$work/behind.json"
  ln -s behind.json "$work/link.json"
  run run "$t" --config nano --quiet --json "$work/link.json"
  check "a symbolic link stays one" [ -L "$work/link.json" ]
  check "what it leads to is written" grep -q '"commands"' "$work/behind.json"
  ln -s "$work/nothing/there" "$work/dangling.json"
  refuses 1 "cannot follow '$work/dangling.json': No such file or directory" \
    run "$t" --config nano --quiet --json "$work/dangling.json"
  cp configs/nano.cfg "$work/mine.cfg"
  refuses 2 "option --json: '$work/mine.cfg' is an input" \
    run "$t" --config "$work/mine.cfg" --json "$work/mine.cfg"
  check "the configuration is as it was" cmp -s configs/nano.cfg "$work/mine.cfg"
  cp configs/models/gpt2.json "$work/model.json"
  refuses 2 "option -o: '$work/model.json' is an input" trace --model \
    "$work/model.json" --phase prefill --seq 4 -o "$work/model.json"
  echo 'one | quick | gemm 4x4x4 bf16 | nano | fixed:1:0 | - | 1' \
    >"$work/cases.txt"
  refuses 2 "option --json: '$work/cases.txt' is an input" \
    parity "$work/cases.txt" --json "$work/cases.txt"
  refuses 2 "options --json and --svg: '$work/both' is the same file for both" \
    parity "$work/cases.txt" --json "$work/both" --svg "$work/both"
  refuses 1 "cannot create '/nonexistent/x': No such file or directory" \
    parity "$work/cases.txt" --json /nonexistent/x
  run trace --gemm 2x2x2 -o /dev/null
  check "/dev/null stays a device" [ -c /dev/null ]
  succeeds '"array_rows": 16,' info --json edge
  succeeds '2 programs' random --csim-only --config nano --count 2
  succeeds 'reported by the C model; without RTL nothing' \
    random --csim-only --faults --config nano --count 2
  run info edge
  "$systolith" info edge >/dev/full 2>"$work/err"
  check "a full standard output is a failure" [ $? -ne 0 ]
  check "no temporary file is left" \
    [ -z "$(find "$work" -name '*.part')" ]
}

# A signal in the middle of an output leaves neither it nor its beginning.
interrupted() {
  local process
  sed 's/"num_hidden_layers": *[0-9]*/"num_hidden_layers": 4096/' \
    configs/models/mixtral-8x7b.json >"$work/deep.json"
  "$systolith" trace --model "$work/deep.json" --phase decode --batch 64 \
    --past 64 --layers 4096 -o "$work/cut.trace" 2>"$work/err" &
  process=$!
  until compgen -G "$work/cut.trace*" >/dev/null; do
    kill -0 "$process" || break
  done
  kill -TERM "$process"
  wait "$process" 2>/dev/null
  check "a signal ends the command" [ $? -eq 143 ]
  check "a signal leaves nothing behind" \
    [ -z "$(find "$work" -name 'cut.trace*')" ]
}

# Reports that are none, and sides that did not run.
tables() {
  local good=$work/side.json bad=$work/bad.json
  run trace --gemm 9x10x11 -o "$work/side.trace"
  run run "$work/side.trace" --config nano --quiet --json "$good"
  succeeds '\| +- \| +[0-9]+ \| +- \|.*\| - +\|' table "$good"
  refuses 2 "configs: Is a directory" table configs
  sed 's/"bit_exact": null/"bit_exact": "yes"/' "$good" >"$bad"
  refuses 2 "$bad: key 'bit_exact' is not null, true or false" table "$good" \
    "$bad"
  check "a table with a bad file prints nothing" [ ! -s "$work/out" ]
  sed 's/"cycles": [0-9]*/"cycles": 0/' "$good" >"$bad"
  refuses 2 "$bad: key 'csim' is not null or an object with positive \
'cycles'" table "$bad"
  sed 's/"macs": [0-9]*,/"macs": -1,/' "$good" >"$bad"
  refuses 2 "$bad: key 'macs' is not a whole number" table "$bad"
}

# Targets that cannot be written are found before anything runs.
targets() {
  local t=$work/target.trace x=$work/result
  run trace --gemm 2x2x2 -o "$t"
  refuses 2 "option --json: the path is empty" run "$t" --json ''
  refuses 2 "option --roofline: the path is empty" run "$t" --roofline=
  refuses 2 "option --events: '$t' is an input" run "$t" --events "$t"
  refuses 2 "options --json and --events: '$work/./result' is the same file \
for both" run "$t" --json "$x" --events "$work/./result"
  refuses 2 "options --timeline and --wave: '$x' is the same file for both" \
    run "$t" --backend both --timeline "$x" --wave "$x"
  refuses 1 "cannot create '$work': Is a directory" run "$t" --json "$work"
  check "a bad target: nothing has run" [ ! -s "$work/out" ]
  refuses 1 "cannot create '/nonexistent/x': No such file or directory" \
    run "$t" --timeline /nonexistent/x
  run run "$t" --config nano --json /dev/null --events /dev/null
  check "/dev/null twice: status" [ "$status" -eq 0 ]
}

# The preset hbm2e as a file.
own_memory() {
  sed -nE 's/^FIGURE\(HBM2E, (\w+), ([0-9]+), (\w+), "(.*)"\)/\1 = \2 \L\3\E \4/p
    s/^FIGURE\(HBM2E, (mapping), STH_MAPPING_(\w+), (\w+), "(.*)"\)/\1 = \L\2 \3\E \4/p' \
    spec/memory.def | sed '/^mapping/s/_/-/g'
}

# No output may be a file that is read, however it is named.
inputs() {
  local d=$work/own t c option
  mkdir "$d"
  own_memory >"$d/hbm2e.mem"
  (cat configs/nano.cfg && echo 'memory = hbm2e.mem x2') |
    grep -v '^memory = fixed' >"$d/own.cfg"
  head -c 64 /dev/zero >"$d/w.bin"
  printf '%s\n' 'systolith-trace 1' 'tensor x bf16 4x4 file:w.bin:0' \
    'tensor y bf16 4x4 zero' 'op copy out=y x=x' 'output y' >"$d/x.trace"
  cp -r "$d" "$work/before"
  for option in --json --timeline --events --roofline; do
    for c in w.bin hbm2e.mem own.cfg x.trace; do
      refuses 2 "option $option: '$d/$c' is an input" run "$d/x.trace" \
        --config "$d/own.cfg" --memory fixed:9:0 "$option=$d/$c"
    done
  done
  refuses 2 "option --wave: '$d/w.bin' is an input" run "$d/x.trace" \
    --backend both --config "$d/own.cfg" --wave "$d/w.bin"
  refuses 2 "option --json: '$d/hbm2e.mem' is an input" run "$d/x.trace" \
    --config nano --memory "$d/hbm2e.mem x4" --json "$d/hbm2e.mem"
  refuses 2 "option --json: 'configs/nano.cfg' is an input" run "$d/x.trace" \
    --config nano --json configs/nano.cfg
  refuses 2 "option --draw-config: '$d/own.cfg' is an input" \
    random --config "$d/own.cfg" --draw-config "$d/own.cfg"
  refuses 2 "option --json: 'configs/nano.cfg' is an input" \
    bench --no-rtl --json configs/nano.cfg
  refuses 2 "option --json: '$d/own.cfg' is an input" random --csim-only \
    --count 1 --config "$d/own.cfg" --json "$d/own.cfg"
  refuses 2 "option --json: '$d/hbm2e.mem' is an input" random --csim-only \
    --count 1 --config "$d/own.cfg" --json "$d/hbm2e.mem"
  succeeds '^\{$' silicon --measured verif/silicon/nano.txt --json -
  check "JSON alone on standard output" [ "$(grep -c '^[^ {}]' "$work/out")" = 0 ]
  sed '/^memory sth_sram/d; s/^end .*/end 78/' verif/silicon/nano.txt >"$d/chip.txt"
  run silicon --measured "$d/chip.txt" --golden verif/silicon/nano.txt
  check "memories that are not there: status" [ "$status" -eq 1 ]
  check "what accepts is said last" grep -q "^2 differences .*'make \
silicon-record CONFIG=nano' accepts$" <(tail -n 1 "$work/out")
  sed 's/^config .*/config nano 1/' verif/silicon/nano.txt >"$d/chip.txt"
  run silicon --measured verif/silicon/nano.txt --golden "$d/chip.txt"
  check "a record of other parameters: status" [ "$status" -eq 1 ]
  check "and what it is" grep -qx 'parameters: others than on record' "$work/out"
  rm "$d/chip.txt"
  for option in --json --svg; do
    for c in --config --measured --golden --power --power-golden; do
      refuses 2 "option $option: '$d/own.cfg' is an input" silicon \
        --power x "$c" "$d/own.cfg" "$option" "$d/own.cfg"
    done
  done
  mkdir "$d/traces"
  cp "$d"/{x.trace,w.bin} "$d/traces"
  echo "one | quick | file x.trace | $d/own.cfg | fixed:1:0 | - | 1" \
    >"$d/cases.txt"
  for c in traces/w.bin traces/x.trace own.cfg hbm2e.mem cases.txt; do
    refuses 2 "option --json: '$d/$c' is an input" \
      parity "$d/cases.txt" --json "$d/$c"
  done
  rm -r "$d/traces" "$d/cases.txt"
  check "every input is as it was" diff -r "$d" "$work/before"

  succeeds '"channels": 16,' info --memory "$d/hbm2e.mem" --json
  succeeds '"memory": "fixed:9:4",' info --memory fixed:9:4 --json

  # A memory of one's own is told from a preset, and can be asked for again.
  run run "$d/x.trace" --config "$d/own.cfg" --quiet --json "$work/own.json"
  check "a report names the file" grep -qF "\"memory\": \"$d/hbm2e.mem x2\"" \
    "$work/own.json"
  run run "$d/x.trace" --config "$d/own.cfg" --memory 'hbm2e x2' --quiet --json \
    "$work/preset.json"
  succeeds "^\| x .*\| own +\| hbm2e x2 +\| " table "$work/own.json" \
    "$work/preset.json"
  succeeds "^\| x .*\| own +\| $d/hbm2e.mem x2 +\| " table "$work/own.json" \
    "$work/preset.json"
  succeeds '^\| x .*\| own +\| +[0-9]+ \| ' table "$work/own.json"
}

infinite_outputs() {
  local t=$work/infinite.trace
  printf '%s\n' 'systolith-trace 1' 'tensor a bf16 2x2 seed:1:1e38' \
    'tensor b bf16 2x2 seed:2:1e38' 'tensor c bf16 2x2 zero' \
    'op matmul name=gemm out=c x=a w=b' 'output c' >"$t"
  run run "$t" --config nano --json "$work/infinite.json"
  check "infinite outputs: status" [ "$status" -eq 1 ]
  check "infinite outputs: text" grep -q 'outputs are not finite' "$work/out"
  check "infinite outputs: error" grep -q '"max_abs_error": null' \
    "$work/infinite.json"
  check "infinite outputs: cosine" grep -q '"cosine": null' \
    "$work/infinite.json"
}

# Infinities that belong there, as of a masked score, are no error.
expected_infinities() {
  local t=$work/masked.trace
  printf '\200\377\200\077\200\377' >"$work/masked.bin"
  printf '%s\n' 'systolith-trace 1' 'tensor x bf16 1x3 file:masked.bin:0' \
    'tensor y bf16 1x3 zero' 'tensor i fp32 1x3 zero' \
    'op topk out=y indices=i x=x' 'output y' 'output i' >"$t"
  run run "$t" --config nano
  check "expected infinities: status" [ "$status" -eq 0 ]
  check "expected infinities: error" grep -q 'maximum error 0, cosine 1' \
    "$work/out"
}

# An operation that no tiling fits: no fault, but what to enlarge.
too_small_a_chip() {
  local t=$work/fit.trace c=$work/tiny.cfg
  sed -E 's/^((sp|acc)_bytes) = .*/\1 = 1024/' configs/nano.cfg >"$c"
  run trace --attention 1x512 --seq 64 -o "$t"
  run run "$t" --config "$c" --time-only --json "$work/result.json" \
    --timeline "$work/result.timeline" --roofline="$work/result.svg"
  check "too small a chip: status" [ "$status" -eq 1 ]
  check "too small a chip: no report of nothing" [ -z "$(leftovers)" ]
  check "too small a chip: nothing is printed" [ ! -s "$work/out" ]
  check "too small a chip: message" grep -qE "^systolith: $t:[0-9]+: operation \
'attention': the operation does not fit the on-chip memories; enlarge sp_bytes \
\(1024\) or acc_bytes \(1024\) of 'tiny'\$" "$work/err"
}

# Less memory than the tensors take: refused, not aborted.
short_of_memory() {
  local t=$work/large.trace
  # A build with AddressSanitizer takes more than any limit for itself.
  (ulimit -v 300000 && "$systolith" --help) >"$work/out" 2>"$work/err" || return
  run trace --gemm 1x4096x65536 -o "$t"
  (
    ulimit -v 300000
    exec "$systolith" run "$t" --quiet
  ) >"$work/out" 2>"$work/err"
  check "short of memory: status" [ $? -eq 2 ]
  check "short of memory: message" grep -qxF "systolith: out of memory for the \
simulated memory; use --time-only" "$work/err"
}

help_pages
manual
reports
experts
plans
malformed_files
command_lines
good_runs
interrupted
tables
targets
inputs
infinite_outputs
expected_infinities
too_small_a_chip
short_of_memory
printf 'command line: %d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
