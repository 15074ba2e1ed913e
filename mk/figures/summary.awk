# The first figures of README, from the golden file of parity and the tables of
# efficiency, silicon and speed.
FNR == 1 { file++ }
file == 1 && /^[^#]/ { cases++; if (NF > 2) late++ }
file > 1 { n = split($0, cell, / *\| */) }
file == 2 && / % / { attained[cell[2]] = cell[n - 1] }
file == 3 || file == 4 {
  if (/^- clock:/) mhz[file] = $5
  if (/^- area:/) area[file] = $3
  if (cell[2] ~ /^MAC, /) energy[cell[2]] = cell[3]
}
file == 5 && cell[2] ~ /^1024x1024x1024/ && cell[3] == "time only" { faster = cell[6] }
file == 5 && cell[2] ~ /^GPT-3-175B/ { seconds = cell[4]; mebibytes = cell[7] }
END {
  print "| figure | measured | command |"
  print "|---|---|---|"
  printf "| cycles of the C model against the RTL, %d cases | %s | `make parity-full`, [page](docs/parity.md) |\n", \
    cases, late ? late " cases with commands in other cycles" : "every command exact"
  printf "| array use on the RTL, `edge`: 1024 cubed bf16, int8; GPT-2 layer of 128 tokens; causal attention | %s, %s; %s; %s | `make efficiency`, [table](docs/performance.md#efficiency-of-the-chip) |\n", \
    attained["gemm-1024-bf16"], attained["gemm-1024-int8"], \
    attained["gpt2-prefill128"], attained["attention-12x512x64"]
  printf "| of the bus's bound: Llama-3.2-1B layer, one token | %s | `make efficiency` |\n", \
    attained["llama-3.2-1b-decode64-bf16"]
  printf "| of the array's bound on `server`: Llama-3-8B layer, 2048 tokens; of its bus: one token behind 1024 | %s; %s | `make efficiency` |\n", \
    attained["llama-8b-prefill2k"], attained["llama-8b-decode-bf16"]
  printf "| clock, cells of `nano`; of `edge` (OSU 180 nm, typical, no wires; mappings, date and commit on the page) | %d MHz, %.2f mm²; %d MHz, %.2f mm² | `make silicon SILICON_CONFIGS=\"nano edge\"`, [page](docs/silicon.md#nano) |\n", \
    mhz[3], area[3], mhz[4], area[4]
  printf "| energy of a bf16 and an int8 MAC of `nano`, on played netlists | %.0f pJ, %.0f pJ | `make silicon-power`, [page](docs/silicon.md#nano) |\n", \
    energy["MAC, bf16"], energy["MAC, int8"]
  printf "| C model, time only, against the Verilated RTL, 1024 cubed | %d times as many cycles a second | `make bench`, [table](docs/performance.md#measured) |\n", \
    100 * int(faster / 100 + 0.5)
  printf "| host time for GPT-3-175B, 96 layers, 2048 tokens on `server` with HBM2E | %.1f s, %d MiB | `make bench` |\n", \
    seconds, mebibytes + 0.5
}
