# The first figures of README, from the golden file of parity and the table of
# efficiency.
FNR == 1 { file++ }
file == 1 && /^[^#]/ { cases++; if (NF > 2) late++ }
file == 2 && / % / {
  n = split($0, cell, / *\| */)
  attained[cell[2]] = cell[n - 1]
}
END {
  print "| figure | measured | command |"
  print "|---|---|---|"
  printf "| cycles of the C model against the RTL, %d cases | %s | `make parity-full`, [page](docs/parity.md) |\n", \
    cases, late ? late " cases with commands in other cycles" : "every command exact"
  printf "| array use on the RTL, `edge`: 1024 cubed bf16, int8; GPT-2 layer of 128 tokens; causal attention | %s, %s; %s; %s | `make efficiency`, [table](docs/performance.md#efficiency-of-the-chip) |\n", \
    attained["gemm-1024-bf16"], attained["gemm-1024-int8"], \
    attained["gpt2-prefill128"], attained["attention-12x512x64"]
  printf "| of the bus's bound: Llama-3.2-1B layer, one token | %s | `make efficiency` |\n", \
    attained["llama-1b-decode64"]
  printf "| of the array's bound on `server`: Llama-3-8B layer, 2048 tokens; of its bus: one token behind 1024 | %s; %s | `make efficiency` |\n", \
    attained["llama-8b-prefill2k"], attained["llama-8b-decode-bf16"]
}
