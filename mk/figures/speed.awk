# Tables of performance.md from verif/speed/speed.txt: `part` is speed or growth.
function cell(from, to,  text) {
  text = substr($0, from, to - from + 1)
  gsub(/^ +| +$/, "", text)
  return text
}
function commas(n,  text) {
  for (text = ""; n >= 1000; n = int(n / 1000))
    text = sprintf(",%03d%s", n % 1000, text)
  return n text
}
/^(machine|date|commit) / { of[$1] = substr($0, length($1) + 2); next }
/ cycles, [0-9]* commands$/ {
  work = $0
  sub(/: [0-9]+ cycles, .*/, "", work)
  commands = $(NF - 1)
  works++
  next
}
/^  [CV]/ {
  name = cell(3, 30)
  sub(/^C model, /, "", name)
  seconds = cell(31, 40)
  if (works > 8)
    growth[++grown] = sprintf("| %s | %s | %s | %.2f | %s |", work, commas(commands), \
      seconds, 1e6 * seconds / commands, cell(66, 75))
  else
    speed[++rows] = sprintf("| %s | %s | %s | %.2e | %s | %s |", work, name, \
      seconds, cell(41, 55), cell(56, 65) == "" ? "" : int(cell(56, 65) + 0.5), cell(66, 75))
  if (cell(76, 90) != "" && !instructions)
    instructions = cell(76, 90)
}
END {
  if (part == "growth") {
    print "| work | commands | seconds | microseconds a command | peak MiB |"
    print "|---|--:|--:|--:|--:|"
    for (i = 1; i <= grown; i++)
      print growth[i]
    exit
  }
  printf "%s, %s, %s; under callgrind the first line takes %d million instructions as a whole process:\n\n", \
    of["machine"], of["date"], of["commit"], instructions / 1e6
  print "| work | simulator | seconds | simulated cycles/s | to RTL | peak MiB |"
  print "|---|---|--:|--:|--:|--:|"
  for (i = 1; i <= rows; i++)
    print speed[i]
}
