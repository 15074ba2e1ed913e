set pagination off
set confirm off
set tcp connect-timeout 20
set remotetimeout 20
define hookpost-monitor
  maintenance flush register-cache
end

# It hangs in front of its work: Ctrl-C says where.
shell p=$PPID; (sleep 1; kill -INT $p) >/dev/null 2>&1 &
continue
info symbol $pc
set var hold = 0
monitor snapshot

# It fails.
continue
monitor engines
monitor semaphores
monitor ring
monitor fault
monitor sanitizer

# Again from where it was: who writes what the load posts?
monitor restore
info symbol $pc
print hold
watch job.post
continue
continue
print/x job.post
print step
backtrace 2
delete

# Without the last step all is well.
monitor restore
break note if step == 8
continue
info registers pc sp mcause
return
delete
continue
monitor engines
continue
