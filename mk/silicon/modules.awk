# What stands below a module of an elaborated design in RTLIL.
#
#   awk -f modules.awk -v top=MODULE -v blocks=FILE -v list=1 DESIGN.il
#     prints the blocks that FILE names and that stand in MODULE, itself too,
#     and the memory wrappers: `block NAME SCRIPT INSTANCES WHEN`, `memory NAME
#     WORDS WIDTH INSTANCES`
#   awk -f modules.awk -v top=MODULE -v blocks=FILE DESIGN.il
#     prints MODULE with all below it, in RTLIL; blocks, memory wrappers and
#     clock gates become black boxes
# Without `blocks` MODULE is the only one.  Without MODULE in the design: fails.
function base(module) {
  sub(/_[0-9]+$/, "", module)
  return module
}

function memory(module) {
  return module ~ /^sth_(sram|regfile)_1r1w/
}

# What is a cell of macros.awk.
function macro(module) {
  return memory(module) || module ~ /^sth_clock_gate/
}

# Whether the module is synthesised by itself, if at all.
function apart(module) {
  return base(module) in script || macro(module)
}

function count(module, times,    i) {
  total[module] += times
  for (i = 1; i <= cells[module]; i++) count(cell[module, i], times)
}

# Prints what is not apart from `module`, each once.
function extract(module, whole,    i) {
  if (module in printed) return
  printed[module] = 1
  if (!whole) print "attribute \\blackbox 1"
  print "module \\" module
  for (i = first[module]; i <= last[module]; i++)
    if (whole || port[i]) print text[i]
  print "end"
  for (i = 1; whole && i <= cells[module]; i++)
    extract(cell[module, i], !apart(cell[module, i]))
}

BEGIN {
  while (blocks && (getline line < blocks) > 0)
    if (line !~ /^#/ && split(line, field, / *\| */) == 4) {
      script[field[1]] = field[2]
      when[field[1]] = field[3]
    }
}
$1 == "module" {
  module = substr($2, 2)
  first[module] = lines + 1
  next
}
$1 == "end" && /^end/ {
  module = ""
  next
}
module {
  text[++lines] = $0
  last[module] = lines
  if (/^  parameter / || /^  wire .*(input|output) [0-9]+ /) port[lines] = 1
  if (/^  parameter .Depth /) words[module] = $3
  if (/^  parameter .Width /) width[module] = $3
  if (/^  cell .sth_/) cell[module, ++cells[module]] = substr($2, 2)
}
END {
  if (!(top in first)) exit 1
  if (!list) {
    extract(top, 1)
    exit
  }
  count(top, 1)
  for (module in total)
    if (memory(module))
      print "memory", module, words[module], width[module], total[module]
    else if (module == top || base(module) in script)
      print "block", module, apart(module) ? script[base(module)] : "area",
        total[module], when[base(module)]
}
