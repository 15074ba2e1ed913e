#!/usr/bin/env bash
# The arrows of dependency: which folder may include headers of which, in
# quotes or in angles.
#
#   spec     nothing            csim      spec
#   firmware spec               tools     spec csim firmware
#   verif    spec csim firmware (and the RTL)
#   rtl      what is generated from spec
#   tests    all of them
#
# And what csim and firmware do without: floating point, input and output.
set -u
files=$(mk/sources.sh '*.h' '*.def' '*.c' '*.cpp' '*.sv' '*.svh') || exit 2
# shellcheck disable=SC2086 # a name each
LC_ALL=C awk '
function name_of(path) { sub(/.*\//, "", path); return path }
function top_of(path) { sub(/\/.*/, "", path); return path }
function fault(text) { print text; bad = 1 }

# A line without comments, and with strings and characters empty.
function code(line,    out, mark) {
  while (1) {
    if (in_comment) {
      if (!match(line, /\*\//)) return out
      in_comment = 0
    } else {
      if (!match(line, /"([^"\\]|\\.)*"|\047([^\047\\]|\\.)*\047|\/\/|\/\*/))
        return out line
      mark = substr(line, RSTART, 2)
      out = out substr(line, 1, RSTART - 1)
      if (mark == "//") return out
      in_comment = mark == "/*"
      out = out (in_comment ? " " : "\"\"")
    }
    line = substr(line, RSTART + RLENGTH)
  }
}

function check_include(line,    name, own) {
  own = line ~ /include[ \t]*"/
  gsub(/^[^"<]*["<]|[">].*$/, "", line)
  name = name_of(line)
  if (!own && !(name in home)) return
  uses++
  if (folder == "rtl") {
    if (!(name in rtl) && name !~ /^sth_(spec|params|functions)\.svh$/)
      fault(FILENAME ": includes " line ", which is neither in rtl/ nor generated")
  } else if (name in home && folder in may &&
             index(" " folder " " may[folder] " ", " " home[name] " ") == 0)
    fault(FILENAME ": includes " line " of " home[name] "/, but " folder \
          "/ may use only: " folder " " may[folder])
}

BEGIN {
  may["spec"] = ""
  may["csim"] = may["firmware"] = "spec"
  may["tools"] = may["verif"] = "spec csim firmware"
  may["tests"] = "spec csim firmware tools verif"
  for (i = 1; i < ARGC; i++) {
    if (ARGV[i] ~ /\.(h|def)$/) home[name_of(ARGV[i])] = top_of(ARGV[i])
    if (ARGV[i] ~ /^rtl\//) rtl[name_of(ARGV[i])] = 1
  }
  before = "(^|[^a-zA-Z0-9_.>])"
  real = "(^|[^a-zA-Z0-9_])(float|double)([^a-zA-Z0-9_]|$)|" \
    "(^|[^a-zA-Z0-9_.])([0-9]+\\.|\\.[0-9]|[0-9]+[eE][-+]?[0-9]|0[xX][0-9a-fA-F.]*[pP])"
  stdio = before "(v?f?printf|v?dprintf|f?puts|f?putc|putchar|f?write|f?read|" \
    "pwrite|pread|writev|readv|f?open|fdopen|freopen|openat|creat|syscall|" \
    "getenv|perror|f?scanf|f?gets|getchar|f?getc|popen|system|tmpfile|" \
    "remove|rename|unlink)[ \t]*\\(|" \
    "(^|[^a-zA-Z0-9_])(stdin|stdout|stderr)([^a-zA-Z0-9_]|$)"
}
FNR == 1 { folder = top_of(FILENAME); in_comment = 0 }
/^[ \t]*[#`][ \t]*include[ \t]*["<]/ {
  check_include($0)
  if (folder ~ /^(csim|firmware|spec|tools)$/ &&
      tolower($0) ~ /verilat|svdpi|[^a-z0-9_]v?sth_core[^a-z0-9_]/)
    fault(FILENAME ":" FNR ": " $0 ": no header of the RTL")
}
folder ~ /^(csim|firmware)$/ {
  text = code($0)
  if (folder == "firmware" && text ~ real)
    fault(FILENAME ":" FNR ": " $0 ": no floating point in firmware")
  # But for files that users name, of keys and values.
  if (FILENAME !~ "^csim/common/sth_(input|key_file)[.]c$" && text ~ stdio)
    fault(FILENAME ":" FNR ": " $0 ": no hidden input or output")
}
END {
  if (!bad) print "the arrows of dependency hold: " uses " includes"
  exit bad
}' $files
