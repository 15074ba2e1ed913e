#!/usr/bin/env bash
# gdb itself on the platform, with firmware that has a planted bug: it finds the
# bug, on the model and on the RTL, and does what a debugger does all day.  A
# script does the same by words.  No session takes longer than a minute.
set -u
: "${BUILD:=build}"
image=$BUILD/rv32/Os/planted.elf
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# judge NAME STATUS: one check; what was said, if it failed.
judge() {
  if [ "$2" -eq 0 ]; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "FAIL $1"
    [ -n "${3:-}" ] || sed 's/^/  | /' "$work/said"
  fi
}

# open OPTION...: a machine, and its port.
open() {
  timeout 60 "$BUILD/systolith" vp "$image" --config nano --gdb 0 --quiet "$@" \
    >"$work/console" 2>"$work/errors" &
  machine=$!
  port=
  for _ in $(seq 200); do
    port=$(sed -n 's/.*debugger on port //p' "$work/errors")
    [ -z "$port" ] || break
    sleep 0.1
  done
}

# session SCRIPT OPTION...: gdb's, and how the machine ended.
session() {
  open "${@:2}"
  timeout 55 gdb-multiarch -nx -batch "$image" \
    -ex "target remote :$port" -x "$1" </dev/null >"$work/said" 2>&1
  judge "$1 ends" $?
  wait "$machine"
  ended=$?
}

# says TEXT...: each stands in what was said, in that order.
says() {
  awk 'BEGIN { for (i = 1; i < ARGC; i++) want[i] = ARGV[i]
               n = ARGC - 1; ARGC = 1; at = 1 }
       { while (at <= n && (where = index($0, want[at])) > 0) {
           $0 = substr($0, where + length(want[at])); at++ } }
       END { if (at <= n) { print "not said: " want[at]; exit 1 } }' \
    "$@" <"$work/said"
  judge "what is said" $?
}

# finds OPTION...: gdb does, on such a machine.
finds() {
  session tests/gdb/planted.gdb "$@"
  says 'Program received signal SIGINT' 'wait_for_release () at' \
    'wait_for_release' 'the state is kept' \
    'firmware ended it' 'sth_board_exit' 'faulted; commands: 2 written' \
    'STORE  waits' 'STORE mem=' 'for semaphore 2' ' 3: 1' ' 5: 1' ' 7: 1' \
    '  LOAD mem=' 'post=3,5,7' '  STORE mem=' 'WATCHDOG: ' \
    'the state is back' 'wait_for_release' '= 0' \
    'Hardware watchpoint' 'Old value = 0' 'New value = 4' 'prepare (' \
    'Hardware watchpoint' 'Old value = 4' 'New value = 168' 'planted.c:' \
    '= 0xa8' 'main () at' 'the state is back' \
    'Breakpoint 2, note (step=' 'pc ' '<note>' 'firmware ended it' \
    'idle; commands: 2 written, 2 fetched, 2 retired' 'exited normally'
  [ "$ended" -eq 0 ]
  judge "firmware without its bug ends with 0, not $ended" $?
  [ "$(sort "$work/console")" = $'the copy failed\nthe copy is done' ]
  judge "the console has both runs" $?
}
finds
says 'deadlock' 'nobody queued posts'
finds --backend rtl

session tests/gdb/tour.gdb
says '* 1    Thread 1' 'matched.' 'ro nocache' 'rw nocache' 'Breakpoint 1, main () at' 'pc ' \
  '= 0' '= 0x40001105' '= 0x1234' '=> 0x8' 'Breakpoint 2, note' '= 0' \
  'prepare (' '= 160' '0x77' \
  'Cannot access memory at address 0x20000000' '1 pattern found' \
  'Hardware read watchpoint' 'Value = ' 'Hardware access (read/write)' \
  'Value = ' 'sth_board_sleep (' 'semaphores those above zero' 'snapshot' \
  'no command "nonsense"' 'CYCLES' 'processor: cycle' 'accelerator 0: cycle' \
  'detached'
[ "$ended" -eq 1 ]
judge "firmware goes on by itself and ends with 1, not $ended" $?

# A script, by words: the same bug.
address() { riscv64-unknown-elf-nm "$image" | awk -v n="$1" '$3 == n {print "0x" $1}'; }
open
exec 3<>"/dev/tcp/127.0.0.1/$port"
ask() {
  echo "$1" >&3
  IFS= read -r -t 50 answer <&3 || answer="no answer to $1"
  echo "$answer" >>"$work/said"
}
: >"$work/said"
ask "run for 100"
ask "write $(address hold) 00000000"
post=$(printf '0x%x' $(($(address job) + 8)))
ask "watch $post 4"
ask "run"
ask "run"
ask "read $post 4"
ask "unwatch $post 4"
ask "run"
ask "monitor engines"
ask "run"
exec 3>&-
says '"stop":"asked"' '{"ok":true}' '{"ok":true}' '"stop":"watchpoint"' \
  '"stop":"watchpoint"' '"data":"a8000000"' \
  '"stop":"exit"' '"status":1' 'STORE  waits'
wait "$machine"
judge "who goes without a word ends the run, but not with 0" $((! $?))

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
