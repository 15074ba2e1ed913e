# Instructions a command, from what tests/rv32/run.sh prints of each image.
BEGIN {
  print "| program | chip | commands | -Os | -O2 |"
  print "|---|---|--:|--:|--:|"
}
/^[a-z]+ on [a-z]+: --/ {
  chip = $3
  sub(/:$/, "", chip)
  program = $0
  sub(/^[a-z]+ on [a-z]+: /, "", program)
}
/^  Os\/player / { size = $4 }
/^  O2\/player / { printf "| `%s` | `%s` | %d | %s | %s |\n", program, chip, $2, size, $4 }
