# Bytes of the images: tests/rv32/sizes.txt.
FNR == 1 {
  print "| image | text | data | bss |"
  print "|---|--:|--:|--:|"
  next
}
{ printf "| `%s` | %d | %d | %d |\n", $1, $2, $3, $4 }
