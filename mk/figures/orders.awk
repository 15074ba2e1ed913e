# The spread of blocks over orders of their cells, from verif/silicon/orders.txt.
/^(date|commit) / { of[$1] = $2 }
/^order / {
  if (!rows++) {
    printf "At %s, %s:\n\n", of["commit"], of["date"]
    print "| block of `nano`, script | orders | µm² | ns | spread of both |"
    print "|---|--:|--:|--:|--:|"
  }
  printf "| `%s`, %s | %d | %d to %d | %.2f to %.2f | %.0f %%, %.0f %% |\n", $2, $3, $4, \
    $5, $6, $7, $8, 100 * ($6 / $5 - 1), 100 * ($8 / $7 - 1)
}
