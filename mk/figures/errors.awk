# Errors of functions, from the table that tests/numerics/test_numerics prints.
BEGIN {
  print "| function | domain | max ulp | max relative | max absolute |"
  print "|---|---|--:|--:|--:|"
}
match($0, /^[a-z][a-z ]* +\[.*\]/) {
  name = substr($0, 1, index($0, "[") - 1)
  sub(/ +$/, "", name)
  domain = substr($0, index($0, "["), index($0, "]") - index($0, "[") + 1)
  gsub(/ /, "", domain)
  sub(/,/, ", ", domain)
  n = split(substr($0, index($0, "]") + 1), cell, " ")
  printf "| %s | %s | %s | %s | %s |\n", name, domain, cell[2], cell[3], cell[4]
}
