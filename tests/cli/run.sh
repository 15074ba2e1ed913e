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
passed=0
failed=0

# report NAME PROBLEM: counts one check; an empty problem is a success.
report() {
  if [ -z "$2" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAIL %s: %s\n' "$1" "$2"
    sed 's/^/     stderr: /' "$work/err" | head -5
  fi
}

# run ARGUMENTS...: leaves status, $work/out and $work/err.
run() {
  "$systolith" "$@" >"$work/out" 2>"$work/err" </dev/null
  status=$?
}

# What is left of output files, finished or not.
leftovers() {
  find "$work" -name 'result*' | tr '\n' ' '
}

# refuses STATUS MESSAGE ARGUMENTS...: fails with this status and exactly this
# message (behind "systolith: "), and leaves no file behind.
refuses() {
  local want=$1 message=$2 problem=
  shift 2
  run "$@"
  if [ "$status" -ne "$want" ]; then
    problem="exit status $status instead of $want"
  elif [ "$(head -1 "$work/err")" != "systolith: $message" ]; then
    problem="message is not 'systolith: $message'"
  elif [ -n "$(leftovers)" ]; then
    problem="left $(leftovers)"
  fi
  rm -f "$work"/result*
  report "$*" "$problem"
}

# succeeds PATTERN ARGUMENTS...: status 0, standard output matches.
succeeds() {
  local pattern=$1 problem=
  shift
  run "$@"
  if [ "$status" -ne 0 ]; then
    problem="exit status $status"
  elif ! grep -qE -- "$pattern" "$work/out"; then
    problem="no '$pattern' on standard output"
  elif [ -s "$work/err" ]; then
    problem="something on standard error"
  fi
  report "$*" "$problem"
}

# check NAME TEST...: a condition.
check() {
  local name=$1
  shift
  if "$@"; then report "$name" ""; else report "$name" "does not hold"; fi
}

help_pages() {
  local command
  succeeds '^usage: systolith COMMAND' --help
  succeeds '^usage: systolith COMMAND' -h
  succeeds '^usage: systolith COMMAND' help
  for command in trace run random table parity bench disasm info help; do
    succeeds "^usage: systolith $command" "$command" --help
    succeeds "^usage: systolith $command" "$command" -h
    succeeds "^usage: systolith $command" help "$command"
  done
  succeeds '^systolith [0-9]+\.[0-9]+\.[0-9]+, contract [0-9]+\.[0-9]+' --version
  succeeds '^  --seed S +of the RTL.* \(0 to 4294967295;$' run --help
  succeeds '; one of csim, rtl, both \(default' help run
  succeeds '^\.TH SYSTOLITH-RUN 1 ' help run --format man
  succeeds '^\| `--by-layer\[=W\]` \| ' help run --format table
}

# The tables of the manual are those of the command.
manual() {
  mk/options.sh "$systolith" <docs/cli.md >"$work/cli.md"
  check "docs/cli.md: run make manual" cmp -s docs/cli.md "$work/cli.md"
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

command_lines() {
  local out=$work/result.trace
  run
  check "no command" [ "$status" -eq 2 ]
  refuses 2 "there is no command 'simulate'" simulate

  refuses 2 "option -o is missing; '-' is standard output" trace --gemm 2x2x2
  refuses 2 "give one of --model, --gemm, --attention and --op; see --help" \
    trace -o "$out"
  refuses 2 "give one of --model, --gemm, --attention and --op; see --help" \
    trace --gemm 2x2x2 --model gpt2 -o "$out"
  run trace --gemm 2x2x2 -o "$work/two.trace"
  refuses 2 'option --reorder needs --backend rtl or both' \
    run "$work/two.trace" --reorder
  refuses 2 'option --wave needs --backend both' \
    run "$work/two.trace" --wave "$out"
  refuses 2 'option --seq has no effect with --gemm' \
    trace --gemm 2x2x2 --seq 3 -o "$out"
  refuses 2 'option --layers has no effect with --attention' \
    trace --attention 2x8 --seq 4 --layers 2 -o "$out"
  refuses 2 'option --full has no effect with --model' \
    trace --model gpt2 --phase prefill --seq 4 --full -o "$out"
  for heads in 0x8 2x 2x7 3/2x8 2/0x8 x8 2x8x8 -2x8 "2 x8" 100000x8; do
    refuses 2 "option --attention: '$heads' is not HEADSxDIM or HEADS/KVxDIM \
with whole numbers up to 99999, HEADS a multiple of KV, DIM even" \
      trace --attention "$heads" --seq 4 -o "$out"
  done
  refuses 2 'option --seq is missing' trace --attention 2x8 -o "$out"
  refuses 2 'option --dtype: attention is bf16' \
    trace --attention 2x8 --seq 4 --dtype int8 -o "$out"
  refuses 2 "option --attention: a tensor of '99999x99998' would exceed 512 \
GiB" trace --attention 99999x99998 --seq 1000 -o "$out"
  for shape in 2x2 2x2x2x2 0x2x2 2x2x 2x2x2k -1x2x2 axbxc 2x2x1048577 ''; do
    refuses 2 "option --gemm: '$shape' is not MxNxK with whole numbers from 1 \
to 1048576" trace --gemm "$shape" -o "$out"
  done
  refuses 2 "option --gemm: a tensor of '1048576x1x1048576' would exceed 512 \
GiB" trace --gemm 1048576x1x1048576 -o "$out"
  refuses 2 "option --dtype: 'fp8' is neither bf16 nor int8" \
    trace --gemm 2x2x2 --dtype fp8 -o "$out"
  refuses 2 "option --op: 'rmsnorm:4' is not rmsnorm:ROWSxCOLS with whole \
numbers from 1 to 1048576" trace --op rmsnorm:4 -o "$out"
  refuses 2 "option --op: a tensor of 'topk:9999x9999x9999' would exceed 512 \
GiB" trace --op topk:9999x9999x9999 -o "$out"
  refuses 2 'option --dtype has no effect with --op' \
    trace --op mul:2x2 --dtype bf16 -o "$out"
  run trace --op '?' -o "$out"
  grep -q "'?' is none of .*, rope:ROWSxEVEN, " "$work/err"
  report 'trace --op ?' "$([ $? -eq 0 ] || echo 'does not list the operations')"
  refuses 2 "option --phase is missing" trace --model gpt2 --seq 4 -o "$out"
  refuses 2 "option --phase: 'train' is neither prefill nor decode" \
    trace --model gpt2 --phase train --seq 4 -o "$out"
  refuses 2 "option --seq is missing" \
    trace --model gpt2 --phase prefill -o "$out"
  refuses 2 "option --seq: '0' is not a whole number from 1 to 1048576" \
    trace --model gpt2 --phase prefill --seq 0 -o "$out"
  refuses 2 "option --past: '1.5' is not a whole number from 0 to 1048576" \
    trace --model gpt2 --phase decode --past 1.5 -o "$out"
  refuses 2 "option --batch: '' is not a whole number from 1 to 65535" \
    trace --model gpt2 --phase prefill --seq 4 --batch '' -o "$out"
  refuses 2 "option --layers: the model has 12 layers" \
    trace --model gpt2 --phase prefill --seq 4 --layers 13 -o "$out"
  refuses 2 "batch times sequence exceeds 1048576 tokens" \
    trace --model gpt2 --phase prefill --seq 1048576 --batch 2 -o "$out"
  refuses 2 "option --seed: '-1' is not a whole number from 0 to 4294967295" \
    trace --gemm 2x2x2 --seed -1 -o "$out"
  refuses 2 "unexpected argument 'more'" trace --gemm 2x2x2 -o "$out" more
  refuses 2 "unable to open ./nothing.json: No such file or directory" \
    trace --model ./nothing.json --phase prefill --seq 4 -o "$out"
  refuses 2 "option --phase: bert is not causal and has no decode; use prefill" \
    trace --model bert-base --phase decode --seq 4 -o "$out"
  refuses 2 "1025 tokens, 0 of them past, exceed the model's 1024 (field \
'n_positions')" trace --model gpt2 --phase prefill --seq 1025 -o "$out"
  run trace --model llama-3-8b --phase decode --past 8192 -o "$work/far.trace"
  check "rotations go further than the training" [ "$status" -eq 0 ]
  check "and the command says so" grep -qF "systolith: note: 8193 tokens, 8192 \
of them past, exceed the model's 8192 (field 'max_position_embeddings')" \
    "$work/err"
  run trace --model gpt2 --phase decode --seq 1023 -o "$work/longest.trace"
  check "as many tokens as the model takes" [ "$status" -eq 0 ]
  refuses 1 "cannot create '/nonexistent/x': No such file or directory" \
    trace --gemm 2x2x2 -o /nonexistent/x

  run trace --gemm 2x2x2 -o "$(printf './%.0s' {1..2100})x"
  check "a path that is too long: status" [ "$status" -eq 1 ]
  check "a path that is too long: message" grep -q \
    "^systolith: cannot open '.*': File name too long$" "$work/err"

  refuses 2 "name one trace; see --help" run
  refuses 2 "unexpected argument 'b'" run a b
  refuses 2 "nothing.trace: No such file or directory" run nothing.trace
  refuses 2 "configs: Is a directory" run configs
  refuses 2 "/dev/zero: not a regular file" run /dev/zero
  refuses 2 "option --backend: 'fpga' is none of csim, rtl and both" \
    run x --backend fpga
  refuses 2 "option --time-only needs --backend csim" \
    run x --backend both --time-only
  refuses 2 "option --sanitize needs the C model with data" \
    run x --time-only --sanitize
  refuses 2 "option --by-layer: 'some' is none of yes, no and all" run x --by-layer=some
  refuses 2 "option --roofline needs --backend csim or both" \
    run x --backend rtl --roofline
  refuses 2 "unexpected argument 'more'" bench more
  refuses 2 "option --repeat: '0' is not a whole number from 1 to 100" \
    bench --repeat 0
  refuses 2 "option --by-layer needs --time-only and excludes --timeline and \
--events" run x --by-layer
  refuses 2 "option --sanitize needs the C model with data" \
    run x --backend rtl --sanitize
  refuses 2 "option --seed: '4294967296' is not a whole number from 0 to \
4294967295" run x --seed 4294967296
  for memory in sram fixed: fixed:10 fixed:x:1 ddr5; do
    run run x --memory "$memory"
    check "--memory $memory: status" [ "$status" -eq 2 ]
    check "--memory $memory: message" grep -q \
      '^systolith: option --memory: memory ' "$work/err"
  done
  refuses 2 "option --memory: memory 'fixed:100': the bytes per cycle are \
missing; write fixed:LATENCY:BYTES_PER_CYCLE" run x --memory fixed:100
  refuses 2 "option --memory: memory 'fixed:100:0:1': ':1' is too much; write \
fixed:LATENCY:BYTES_PER_CYCLE" run x --memory fixed:100:0:1
  for stalls in 10 x:1 96:1 10:x 10:1:1; do
    run run x --stalls "$stalls"
    check "--stalls $stalls: status" [ "$status" -eq 2 ]
    check "--stalls $stalls: message" grep -q \
      '^systolith: option --stalls: ' "$work/err"
  done
  for command in trace run table random parity bench disasm info help; do
    refuses 2 "'systolith $command' has no option '--zzzz'; see --help" \
      "$command" --zzzz
    refuses 2 "'systolith $command' has no option '-z'; see --help" \
      "$command" -z
  done
  refuses 2 "'systolith run' has no option '--time-onyl'; did you mean \
--time-only?" run x --time-onyl=3
  refuses 2 "option --s: several options of 'systolith run' begin so" run x --s
  refuses 2 "option --seed needs an argument" random --seed
  refuses 2 "option -o needs an argument" trace -o
  refuses 2 "option --print takes no argument" random --print=yes
  refuses 2 "there is no command 'rum'; did you mean 'run'?" rum
  refuses 2 "there is no command 'rum'; did you mean 'run'?" help rum

  refuses 2 "name a configuration; see --help" info
  refuses 2 "unexpected argument 'nano'" info edge nano
  run info chip
  check "info chip: status" [ "$status" -eq 2 ]
  check "info chip: message" grep -q \
    'configs/chip.cfg: No such file or directory' "$work/err"

  refuses 2 "unexpected argument 'x'" random x
  refuses 2 "option --count: '0' is not a whole number from 1 to 4294967295" \
    random --count 0
  refuses 2 "option --commands: '7' is not a whole number from 8 to 256" \
    random --commands 7
  refuses 2 "option --commands: '257' is not a whole number from 8 to 256" \
    random --commands 257

  refuses 2 "name one file of commands; see --help" disasm
  refuses 2 "unexpected argument 'b'" disasm a b
  refuses 2 "cannot open 'nothing.bin'" disasm nothing.bin
  refuses 2 "cannot read 'configs'" disasm configs
  printf '\x20%.0s' {1..70} >"$work/cut.bin"
  refuses 2 "$work/cut.bin: command 1 is cut off after 6 of 64 bytes" \
    disasm "$work/cut.bin"
  head -c 64 /dev/zero >"$work/unknown.bin"
  run disasm "$work/unknown.bin"
  check "disasm of an unknown opcode: status" [ "$status" -eq 1 ]

  refuses 2 "name the JSON files of runs; see --help" table
  refuses 2 "unable to open nothing.json: No such file or directory" \
    table nothing.json
  echo '[]' >"$work/array.json"
  refuses 2 "$work/array.json: is not a report of 'systolith run --json'" \
    table "$work/array.json"
  echo '{' >"$work/cut.json"
  run table "$work/cut.json"
  check "table of broken JSON: status" [ "$status" -eq 2 ]
  check "table of broken JSON: message" grep -q \
    "^systolith: $work/cut.json:2: " "$work/err"
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
  run trace --model gpt2 --phase prefill --seq 64 -o "$t"
  run run "$t" --config "$c" --quiet --time-only
  check "too small a chip: status" [ "$status" -eq 1 ]
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
malformed_files
command_lines
good_runs
tables
targets
infinite_outputs
expected_infinities
too_small_a_chip
short_of_memory
printf 'command line: %d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
