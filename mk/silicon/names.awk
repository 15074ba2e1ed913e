# Gives an elaborated design in RTLIL names that depend on the sources alone:
# module `$paramod$<hash>\sth_fifo` becomes `sth_fifo`, or `sth_fifo_2` for the
# second set of parameters, and what Yosys numbered through the design is
# numbered anew in each module.  Reads the design twice: awk -f names.awk FILE FILE.
NR == FNR {
  if ($1 == "module" && match($2, /sth_[a-z0-9_]+/)) {
    base = substr($2, RSTART, RLENGTH)
    name[$2] = "\\" base (seen[base]++ ? "_" seen[base] : "")
  }
  next
}
$1 == "attribute" && $2 == "\\src" { next }
$1 == "module" {
  print $1, name[$2]
  split("", fresh)
  count = 0
  next
}
$1 == "cell" && $2 in name { $0 = "  cell " name[$2] " " $3 }
{
  # A name that Yosys made has a second dollar; the type of a cell has not.
  line = $0
  out = ""
  while (match(line, /(^| )\$[^ ]*\$[^ ]*/)) {
    token = substr(line, RSTART, RLENGTH)
    sub(/^ /, "", token)
    before = substr(line, 1, RSTART + RLENGTH - 1 - length(token))
    line = substr(line, RSTART + RLENGTH)
    if (!(token in fresh)) fresh[token] = "$n$" ++count
    out = out before fresh[token]
  }
  print out line
}
