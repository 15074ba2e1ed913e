# The named chips, from what `systolith info` prints of each.
function size(bytes) {
  return bytes % 1048576 ? bytes / 1024 " KiB" : bytes / 1048576 " MiB"
}
function row() {
  printf "| `%s` | %d x %d | %d; %d | %s + %s | %d B | %d | %d |\n", name, \
    v["array_rows"], v["array_cols"], bf16, int8, size(v["sp_bytes"]), \
    size(v["acc_bytes"]), v["bus_bytes"], v["vector_lanes"], v["vector_share"]
}
BEGIN {
  print "| chip | array | peak MAC/cycle, bf16; int8 | scratchpad + accumulator | bus | lanes | to a function unit |"
  print "|---|---|--:|---|--:|--:|--:|"
}
/^[a-z].*, hash / { if (name) row(); name = $1; sub(/,$/, "", name) }
/^  / { v[$1] = $2 }
/^  peak .* bf16 / { bf16 = $2 }
/^  peak .* int8 / { int8 = $2 }
END { row() }
