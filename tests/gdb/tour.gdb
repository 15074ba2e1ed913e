# What a debugger does all day, on the same firmware.
set pagination off
set confirm off
set tcp connect-timeout 20
set remotetimeout 20

info threads
compare-sections .text
info mem
break main
continue
info registers pc
print $mhartid
p/x $misa
set $kept = $mscratch
set var $mscratch = 0x1234
p/x $mscratch
set var $mscratch = $kept
set var hold = 0

# Steps: a line, an instruction, out of a call.
next
stepi
x/i $pc
break note
continue
print step
finish
print j->history[0]
delete

# Memory: written, found again; where there is none.
set var from[1] = 0x77
x/4xb from
python
try:
    gdb.execute("print *(int *)0x20000000")
except gdb.error as error:
    print(error)
end
find /b1 &from[0], +63, 0x77

# Reads and accesses of what is watched.
rwatch job.post
continue
delete
awatch driver
continue
delete
tbreak sth_board_sleep
continue
p $_exitcode
info line
monitor
monitor nonsense
monitor counters
monitor cycles
detach
