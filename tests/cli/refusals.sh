# Command lines that are refused, each with its status and message; sourced by
# run.sh.
# shellcheck shell=bash
command_lines() {
  local out=$work/result.trace folder
  run
  check "no command" [ "$status" -eq 2 ]
  refuses 2 "there is no command 'simulate'" simulate
  refuses 2 "'junk' behind --version: nothing goes there" --version junk
  refuses 2 "'run' behind -h: nothing goes there" -h run

  refuses 2 "option -o is missing; '-' is standard output" trace --gemm 2x2x2
  refuses 2 "give one of --model, --gemm, --attention and --op; see --help" \
    trace -o "$out"
  refuses 2 "give one of --model, --gemm, --attention and --op; see --help" \
    trace --gemm 2x2x2 --model gpt2 -o "$out"
  run trace --gemm 2x2x2 -o "$work/two.trace"
  refuses 2 'option --reorder needs --backend rtl or both' \
    run "$work/two.trace" --reorder
  refuses 2 'option --wave needs --backend rtl or both' \
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
  refuses 2 "option --op: 'topk:2x3x4': field 'out': has more columns than x; \
take a view of fewer" trace --op topk:2x3x4 -o "$out"
  refuses 2 "option --op: 'topk:1x2000x1025': field 'out': has more than 1024 \
columns; take a view of fewer" trace --op topk:1x2000x1025 -o "$out"
  run trace --op gather:1048576x1 -o "$out"
  check "a list too long for a line" [ "$status" -eq 2 ]
  refuses 2 'option --dtype has no effect with --op' \
    trace --op mul:2x2 --dtype bf16 -o "$out"
  run trace --op '?' -o "$out"
  grep -q "'?' is none of .*, rope:ROWSxEVEN, " "$work/err"
  report 'trace --op ?' "$([ $? -eq 0 ] || echo 'does not list the operations')"
  refuses 2 "option --phase is missing" trace --model gpt2 --seq 4 -o "$out"
  for folder in configs configs/; do
    refuses 2 "configs/config.json: No such file or directory" \
      trace --model "$folder" --phase prefill --seq 4 -o "$out"
  done
  refuses 2 "option --phase: 'train' is neither prefill nor decode" \
    trace --model gpt2 --phase train --seq 4 -o "$out"
  refuses 2 "option --seq is missing" \
    trace --model gpt2 --phase prefill -o "$out"
  refuses 2 "option --seq: '0' is not a whole number from 1 to 1048576" \
    trace --model gpt2 --phase prefill --seq 0 -o "$out"
  refuses 2 "option --past: '1.5' is no whole number from 0 to \
1048576, nor several with commas between them" \
    trace --model gpt2 --phase decode --past 1.5 -o "$out"
  refuses 2 "option --batch: '' is not a whole number from 1 to 65535" \
    trace --model gpt2 --phase prefill --seq 4 --batch '' -o "$out"
  refuses 2 "option --layers: the model has 12 layers" \
    trace --model gpt2 --phase prefill --seq 4 --layers 13 -o "$out"
  refuses 2 "option --past has 2 numbers for the 3 sequences of --batch" \
    trace --model gpt2 --phase decode --past 1,2 --batch 3 -o "$out"
  refuses 2 "option --past: attention alone has sequences of one length" \
    trace --attention 2x8 --seq 1 --past 1,2 -o "$out"
  refuses 2 "option --topk needs --whole" \
    trace --model gpt2 --phase prefill --seq 4 --topk 2 -o "$out"
  refuses 2 "option --experts: gpt2 has no experts" \
    trace --model gpt2 --phase prefill --seq 4 --experts balanced -o "$out"
  refuses 2 "option --experts: 'zipf:x' is not zipf:S with S from 0 to 8" \
    trace --model mixtral-8x7b --phase prefill --seq 4 --experts zipf:x -o "$out"
  printf '1 2 3 4 5 6 7' >"$work/shares"
  refuses 2 "option --experts: $work/shares must hold 8 positive numbers, one \
for each expert" \
    trace --model mixtral-8x7b --phase prefill --seq 4 \
    --experts "$work/shares" -o "$out"
  printf '{"model_type": "gpt2", "logits_scaling": 2}' >"$work/scaled.json"
  refuses 2 "option --whole: what gpt2's field 'logits_scaling' says of embedding \
or vocabulary is not written; --ignore logits_scaling takes it for one that does \
not matter" \
    trace --model "$work/scaled.json" --whole --phase prefill --seq 4 -o "$out"
  refuses 2 "give a trace or --model, not both" run x.trace --model gpt2
  refuses 2 "option --seq needs --model" run x.trace --seq 4
  refuses 2 "option --backend has no effect with --model" \
    run --model gpt2 --seq 4 --backend both
  refuses 2 "option --seq or --past is missing" run --model gpt2 --whole
  refuses 2 "option --draws: gpt2 has no experts" run --model gpt2 --seq 4 --draws 2
  refuses 2 "1025 tokens, 25 of them past, exceed the model's 1024 (field \
'n_positions')" run --model gpt2 --seq 1000 --generate 26
  refuses 2 "batch times sequence exceeds 1048576 tokens" \
    trace --model gpt2 --phase prefill --seq 1048576 --batch 2 -o "$out"
  refuses 2 "option --seed: '-1' is not a whole number from 0 to 4294967295" \
    trace --gemm 2x2x2 --seed -1 -o "$out"
  refuses 2 "unexpected argument 'more'" trace --gemm 2x2x2 -o "$out" more
  refuses 2 "./nothing.json: No such file or directory" \
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

  refuses 2 "name one trace; see --help" compile
  refuses 2 "option -o is missing; '-' is standard output" compile nothing.trace
  refuses 2 "nothing.trace: No such file or directory" \
    compile nothing.trace -o "$work/program"
  run trace --gemm 8x8x8 -o "$work/small.trace"
  refuses 2 "option -o: '$work/small.trace' is an input" \
    compile "$work/small.trace" -o "$work/small.trace"
  run compile "$work/small.trace" --config nano -o "$work/program"
  check "a program" [ "$status" -eq 0 ]
  run run "$work/program" --config nano --quiet
  check "runs" [ "$status" -eq 0 ]
  run run "$work/program" --config edge
  check "a program for another chip: status" [ "$status" -eq 2 ]
  check "a program for another chip: both are named" grep -q \
    "^systolith: $work/program: compiled for 'nano' (0x.*'edge' (0x" "$work/err"
  refuses 2 "$work/program: a compiled program runs as a whole, not layer by \
layer" run "$work/program" --config nano --time-only --by-layer
  head -c 500 "$work/program" >"$work/cut"
  refuses 2 "$work/cut: byte 500: its end is missing" run "$work/cut" --config nano
  refuses 2 "$work/cut: byte 500: its end is missing" disasm "$work/cut"
  refuses 2 "$work/small.trace: has 1 steps, not 2" \
    compile "$work/small.trace" --steps 2 -o "$work/program2"
  refuses 2 "option --steps needs --phase decode" \
    trace --model gpt2 --phase prefill --seq 4 --steps 2 -o "$work/steps.trace"
  refuses 2 "option --steps has no effect with --gemm" \
    trace --gemm 8x8x8 --steps 2 -o "$work/steps.trace"
  refuses 2 "1025 tokens, 1000 of them past, exceed the model's 1024 (field \
'n_positions')" \
    trace --model gpt2 --phase decode --past 1000 --steps 25 -o "$work/steps.trace"
  run trace --model tests/models/llama.json --phase decode --past 9 --steps 5 \
    -o "$work/steps.trace"
  refuses 2 "$work/steps.trace: a trace of several steps runs as a whole, not layer \
by layer" run "$work/steps.trace" --config nano --time-only --by-layer
  run compile "$work/steps.trace" --config nano --steps 3 -o "$work/steps"
  run run "$work/steps" --config nano
  check "a program of steps runs" [ "$status" -eq 0 ]
  check "and says what it did" grep -q "^steps: 3 of 3; " "$work/out"
  refuses 2 "option --step: the program has 3 steps, from 0" \
    disasm "$work/steps" --step 3
  run disasm "$work/steps" --step 2
  check "its commands name tensors" grep -q "STORE mem=l0.kcache+0x" "$work/out"
  refuses 2 "option --json: '$work/steps' is an input" \
    disasm "$work/steps" --json "$work/steps"
  refuses 2 "$work/small.trace: is no program; options --step and --json need one" \
    disasm "$work/small.trace" --step 0

  refuses 2 "name one trace or program; see --help" run
  refuses 2 "unexpected argument 'b'" run a b
  refuses 2 "nothing.trace: No such file or directory" run nothing.trace
  refuses 2 "configs: Is a directory" run configs
  refuses 2 "/dev/zero: neither a file nor a pipe" run /dev/zero
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
  for command in trace run table random parity bench silicon disasm info help; do
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

  refuses 2 "name a configuration or a memory; see --help" info
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

  refuses 2 "./configs/config.json: No such file or directory" trace --model ./configs \
    --phase prefill --seq 4 -o "$work/x"
  refuses 2 "unexpected argument 'nano'" silicon nano
  refuses 2 "$work/chip.txt: no measurement of 'nano'; 'make silicon \
CONFIG=nano' makes one" silicon --measured "$work/chip.txt"
  printf 'config nano 1\nend 1\n' >"$work/chip.txt"
  refuses 2 "$work/chip.txt: no line 'library'" \
    silicon --measured "$work/chip.txt"
  sed 's/^config .*/config nano 1/' verif/silicon/nano.txt >"$work/chip.txt"
  refuses 2 "$work/chip.txt: 'nano' had other parameters when it was measured" \
    silicon --measured "$work/chip.txt"
  sed 's/^config nano/config edge/' verif/silicon/nano.txt >"$work/chip.txt"
  refuses 2 "$work/chip.txt: is of 'edge', but the configuration is 'nano'" \
    silicon --measured "$work/chip.txt"
  head -n 55 verif/silicon/nano.txt >"$work/chip.txt"
  refuses 2 "$work/chip.txt:56: the line 'end 55' of \`make silicon\` is \
missing" silicon --measured "$work/chip.txt"
  refuses 2 "$work/none.txt: No such file or directory" silicon \
    --measured verif/silicon/nano.txt --golden "$work/none.txt"
  for option in --markdown --json=- --svg=- --power=x; do
    refuses 2 "option --block goes with none of --power, --markdown, --json and \
--svg, which are of the whole chip" silicon --block sth_front "$option"
  done
  sed 's/^library .*/library other/' verif/silicon/nano-power.txt \
    >"$work/power.txt"
  refuses 2 "$work/power.txt: is of library 'other', but clock and area are of \
'osu018_stdcells'" silicon \
    --measured verif/silicon/nano.txt --power "$work/power.txt"
  sed 's/^commit .*/commit other/' verif/silicon/nano-power.txt \
    >"$work/power.txt"
  refuses 2 "$work/power.txt: is of commit 'other', but clock and area are of \
'$(sed -n 's/^commit //p' verif/silicon/nano.txt)'" silicon \
    --measured verif/silicon/nano.txt --power "$work/power.txt"

  refuses 2 "name one file of commands; see --help" disasm
  refuses 2 "unexpected argument 'b'" disasm a b
  refuses 2 "nothing.bin: No such file or directory" disasm nothing.bin
  refuses 2 "configs: Is a directory" disasm configs
  printf '\x20%.0s' {1..70} >"$work/cut.bin"
  refuses 2 "$work/cut.bin: command 1 is cut off after 6 of 64 bytes" \
    disasm "$work/cut.bin"
  head -c 64 /dev/zero >"$work/unknown.bin"
  run disasm "$work/unknown.bin"
  check "disasm of an unknown opcode: status" [ "$status" -eq 1 ]

  refuses 2 "name the JSON files of runs; see --help" table
  refuses 2 "nothing.json: No such file or directory" \
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
