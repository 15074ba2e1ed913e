# What the golden file of parity says in a sentence.
/^[^#]/ { cases++; cycles += $2; if (NF > 2) { late++; commands += $3 } }
END {
  printf "%d cases, %d RTL cycles: ", cases, cycles
  if (late) printf "%d commands of %d cases are not in the RTL's cycles.\n", commands, late
  else print "every command of each starts and retires in the RTL's cycles."
}
