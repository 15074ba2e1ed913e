# The memory presets, from spec/memory.def: the peak is channels x access_bytes /
# t_burst.
function row() {
  if (name)
    printf "| `%s` | %s | %d | %.4g |\n", name, what, v["channels"], \
      1000 * v["channels"] * v["access_bytes"] / v["t_burst"]
}
BEGIN {
  print "| preset | what it is | channels | peak GB/s |"
  print "|---|---|--:|--:|"
}
/^MEMORY\(/ {
  row()
  split($0, part, "\"")
  name = part[2]
  what = part[4]
  sub(/: [0-9.]+ GB\/s$/, "", what)
}
/^FIGURE\(/ { split($0, part, ", *"); v[part[2]] = part[3] }
END { row() }
