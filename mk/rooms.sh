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
bad=0

# Prints the lines of standard input, if any, as faults.
faults() { sed 's/^/rooms: /' | tee -a "$work/bad"; }

# Those whose source is still there: a build folder may be older.
live_objects() {
  find "$objects/csim" "$objects/firmware" "$objects/tools" -name '*.o' |
    while read -r object; do
      source=$sources/${object#"$objects/"}
      [ -f "${source%.o}.c" ] && echo "$object"
    done
}

# Uses between files: "FROM TO REASON" with paths below the tree, no suffix.
object_uses() {
  live_objects | sort | xargs nm -A | sed "s#^$objects/##" |
    awk '{ split($1, at, ":"); file = at[1]; kind = $(NF - 1); name = $NF
           if (kind ~ /^[TDRBVWC]$/) home[name] = file
           else if (kind == "U") need[file " " name] = 1 }
         END { for (n in need) { split(n, p, " ")
                 if (p[2] in home && home[p[2]] != p[1])
                   print p[1], home[p[2]], p[2] "()" } }' | sort
}
include_uses() {
  grep -rHoE '^ *[#`]include "[^"]+"' csim firmware tools rtl |
    awk -F: 'NR == FNR { n = split($0, p, "/"); home[p[n]] = $0; next }
             { gsub(/^[^"]*"|.*\/|"$/, "", $2)
               if ($2 in home) print $1, home[$2], $2 }' \
      <(find csim firmware tools rtl -type f) -
}
module_uses() {
  grep -rHoE --include='*.sv' '^ *sth_[a-z0-9_]+ (#\(|u_)' rtl |
    awk -F: 'NR == FNR { n = split($0, p, "/"); sub(/\.sv$/, "", p[n])
                         home[p[n]] = $0; next }
             { split($2, w, " "); if (w[1] in home) print $1, home[w[1]], w[1] }' \
      <(find rtl -name '*.sv') -
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
include_uses >"$work/includes"
module_uses >"$work/modules"
for kind in includes modules; do
  [ -s "$work/$kind" ] || echo "no $kind below $PWD" | faults
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

# No circle among objects, not even within a room.
awk '{ print $1, $2 }' "$work/objects" | tsort 2>&1 >/dev/null |
  awk '/contains a loop/ { print "a circle of objects:"; next }
       { print "  " $NF }' | awk '!seen[$0]++' | faults

[ -s "$work/bad" ] && exit 1
echo "the rooms hold: $(awk '{ print $1 }' "$work/objects" | sort -u | wc -l)" \
  "objects, $(wc -l <"$work/uses") uses"
