# Whether the works of a record of speed still take about the cycles that they took:
#
#   awk -f stale.awk RECORD NOW
FNR == 1 { file++ }
/: [0-9]+ cycles, [0-9]+ commands$/ {
  work = $0
  sub(/: [0-9]+ cycles, .*/, "", work)
  cycles = $(NF - 3)
  if (file == 1) {
    record[work] = cycles
  } else if (!record[work] || cycles > 1.1 * record[work] || cycles < 0.9 * record[work]) {
    printf "%s: %s takes %s cycles, on record are %s: make bench-record\n", \
      ARGV[1], work, cycles, record[work] ? record[work] : "none"
    stale = 1
  }
}
END { exit stale }
