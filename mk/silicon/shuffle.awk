# A design in RTLIL with the cells of each module in an order of chance, by which
# it means the same:
#
#   awk -f shuffle.awk -v seed=NUMBER DESIGN.il
function print_cells(    i, at) {
  for (i = cells; i > 0; i--) {
    at = 1 + int(rand() * i)
    printf "%s", cell[at]
    cell[at] = cell[i]
  }
  cells = 0
}
BEGIN { srand(seed) }
/^  attribute / {
  held = held $0 "\n"
  next
}
/^  cell / {
  cell[++cells] = held $0 "\n"
  held = ""
  inside = 1
  next
}
inside {
  cell[cells] = cell[cells] $0 "\n"
  if (/^  end/) inside = 0
  next
}
/^  connect / || /^end/ { print_cells() }
{
  printf "%s%s\n", held, $0
  held = ""
}
