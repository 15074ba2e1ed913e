#!/usr/bin/env bash
# Holds the tree against mk/rooms.txt, and finds circles.
#
#   mk/rooms.sh [OBJECTS [SOURCES]]   where objects stand (default build), and
#                                     what they are made of (default .)
#
# Arrows come from what objects define and need (nm), from the headers that
# sources include, and from the modules that the RTL instantiates.  Headers and
# modules directly in csim/ or rtl/ belong to the room core.
set -u
objects=${1:-build}
sources=${2:-.}
table=${ROOMS:-mk/rooms.txt}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Prints the lines of standard input, if any, as faults.
faults() { sed 's/^/rooms: /' | tee -a "$work/bad"; }

# The folders of C, below $1; what is built for RV32 alone has no object here.
c_files() {
  (cd "$1" && find csim firmware tools -type f -name "$2" \
    ! -path 'firmware/rv32/*' ! -path 'firmware/examples/*') | sort
}

# An object of each source; others are of sources that are gone.
c_files "$sources" '*.c' | sed 's/c$/o/' >"$work/wanted"
c_files "$objects" '*.o' 2>/dev/null >"$work/built"
comm -12 "$work/wanted" "$work/built" >"$work/live"

# Uses between files: "FROM TO REASON" with paths below the tree.
object_uses() {
  (cd "$objects" && xargs -r nm -A) <"$work/live" |
    awk '{ split($1, at, ":"); file = at[1]; kind = $(NF - 1); name = $NF
           if (kind ~ /^[TDRBVWC]$/) home[name] = file
           else if (kind == "U") need[file " " name] = 1 }
         END { for (n in need) { split(n, p, " ")
                 if (p[2] in home && home[p[2]] != p[1])
                   print p[1], home[p[2]], p[2] "()" } }' | sort
}
include_uses() {
  (cd "$sources" && find csim firmware tools rtl -type f ! -name '*.md' | sort |
    xargs awk 'BEGIN { for (i = 1; i < ARGC; i++) {
                         n = split(ARGV[i], p, "/"); home[p[n]] = ARGV[i] } }
               /^[ \t]*[#`][ \t]*include[ \t]*["<]/ {
                 gsub(/^[^"<]*["<]|[">].*$/, ""); sub(/.*\//, "")
                 if ($0 in home) print FILENAME, home[$0], $0 }')
}
# A module that is named where it is not declared, commented or quoted.
module_uses() {
  (cd "$sources" && find rtl -name '*.sv' | sort |
    xargs awk 'BEGIN { for (i = 1; i < ARGC; i++) {
                         n = split(ARGV[i], p, "/"); sub(/\.sv$/, "", p[n])
                         home[p[n]] = ARGV[i] } }
               { gsub(/"[^"]*"/, "")
                 if (comment && !sub(/^.*\*\//, "")) next
                 comment = 0
                 gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, ""); sub(/\/\/.*/, "")
                 comment = sub(/\/\*.*/, "")
                 gsub(/(end)?module[ \t:]+[a-z0-9_]+/, "")
                 gsub(/[^a-zA-Z0-9_$`.]+/, " ")
                 for (i = 1; i <= NF; i++)
                   if ($i in home && home[$i] != FILENAME)
                     print FILENAME, home[$i], $i }' | sort -u)
}

# The table itself: every room stands below those that it names.
awk '/^#/ || !NF { next }
     { room = $1; sub(/:$/, "", room)
       if (room in seen) print "mk/rooms.txt: " room " stands twice"
       for (i = 2; i <= NF; i++)
         if ($i !~ /\/\*$/ && !($i in seen))
           print "mk/rooms.txt: " room " names " $i ", which is not above it"
       seen[room] = 1 }' "$table" | faults

object_uses >"$work/objects"
[ -s "$work/objects" ] || echo "no objects below $objects; build them first" | faults
# Generators are built in one go, without an object of their main().
(cd "$sources" && comm -23 "$work/wanted" "$work/built" | sed 's/o$/c/' |
  xargs -r grep -L '^int main(') |
  sed "s#\$# has no object below $objects; build it first#" | faults
include_uses >"$work/includes"
module_uses >"$work/modules"
for kind in includes modules; do
  [ -s "$work/$kind" ] || echo "no $kind below $sources" | faults
done
cat "$work/objects" "$work/includes" "$work/modules" >"$work/uses"

# Every use between rooms is in the table.
awk 'function room(file, n, p) { n = split(file, p, "/")
       return n > 2 ? p[1] "/" p[2] : p[1] "/core" }
     NR == FNR { if (/^#/ || !NF) next
       name = $1; sub(/:$/, "", name); known[name] = 1
       for (i = 2; i <= NF; i++) allowed[name " " $i] = 1
       next }
     { from = room($1); to = room($2); top = to; sub(/\/.*/, "/*", top)
       if (!(from in known)) { if (!told[from]++)
         print from " is a room that mk/rooms.txt does not list"; next }
       if (from == to || (from " " to) in allowed || (from " " top) in allowed)
         next
       print $1 " uses " $3 " of " $2 ", but " from " may not use " to }' \
  "$table" "$work/uses" | sort -u | faults

# No circle, not even within a room.  A table may include itself.
circle() { # WHAT, uses on standard input
  awk '$1 != $2 { print $1, $2 }' | tsort 2>&1 >/dev/null |
    awk -v what="$1" '/contains a loop/ { print "a circle of " what ":"; next }
       { print "  " $NF }' | awk '!seen[$0]++' | faults
}
circle objects <"$work/objects"
circle headers <"$work/includes"

[ -s "$work/bad" ] && exit 1
echo "the rooms hold: $(wc -l <"$work/live") objects, $(wc -l <"$work/uses") uses"
