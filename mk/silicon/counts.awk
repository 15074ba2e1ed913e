# What a program asks for, from the events of systolith run:
#
#   awk -f counts.awk -v stretch=NAME EVENTS
#     prints `count NAME COMMANDS MACS LANES BYTES`: lane operations are elements
#     of vector commands, bytes those that loads and stores move
function field(name) {
  return match($0, " " name "=[0-9]+") \
    ? substr($0, RSTART + length(name) + 2, RLENGTH - length(name) - 2) : 0
}
/^#/ { next }
{ commands++ }
$6 == "MATMUL" { macs += field("m") * field("n") * field("k") }
$6 == "VECTOR" { lanes += field("rows") * field("cols") }
$6 == "LOAD" || $6 == "STORE" { bytes += field("len") * field("n1") * field("n2") }
END { print "count", stretch, commands + 0, macs + 0, lanes + 0, bytes + 0 }
