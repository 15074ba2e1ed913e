# Times a mapped netlist with OpenSTA: an ideal clock, no wire load, the corner
# of the library.  Inputs change and outputs are wanted at the edge, so that a
# path from or to a port counts the logic inside alone.
#
# From the environment: STH_LIBERTY, STH_MACROS, STH_NETLISTS (files), STH_TOP,
# STH_PATHS (how many).  Prints the worst paths of each kind (reg-reg, in-reg,
# reg-out, in-out), worst first, the bits of a register taken together:
#
#   path <kind> <ns> <from> <to> <gates on the way>
#
# where ns is the period that the path allows.
set period 1000.0

# The RTL name of where a path begins or ends: a flip-flop goes by the net at
# its output, a memory by its pin, a port by itself; without the bit.
proc rtl_name {pin} {
  set name [get_full_name $pin]
  if {[string match "*/*" $name]} {
    set q [[$pin instance] find_pin Q]
    if {$q ne "NULL"} {set name [get_full_name [$q net]]}
  }
  regsub {\[[0-9]+\]$} $name {} name
  return $name
}

proc report_kind {kind from to} {
  global period
  set count 0
  set paths [find_timing_paths -from $from -to $to -group_count 20000 \
    -endpoint_count 1]
  foreach path $paths {
    set source [rtl_name [get_property $path startpoint]]
    set sink [rtl_name [get_property $path endpoint]]
    if {[info exists seen($sink)]} continue
    set seen($sink) 1
    set ns [expr {$period - [get_property $path slack]}]
    set gates [expr {([llength [get_property $path points]] - 2) / 2}]
    puts [format "path %s %.3f %s %s %d" $kind $ns $source $sink $gates]
    if {[incr count] == $::env(STH_PATHS)} break
  }
}

read_liberty $::env(STH_LIBERTY)
read_liberty $::env(STH_MACROS)
foreach netlist $::env(STH_NETLISTS) {read_verilog $netlist}
link_design $::env(STH_TOP)
create_clock -name clk -period $period [get_ports clk_i]
set inputs {}
foreach port [all_inputs] {
  if {[get_full_name $port] ne "clk_i"} {lappend inputs $port}
}
set_driving_cell -lib_cell BUFX4 $inputs
set_input_delay 0 -clock clk $inputs
set_output_delay 0 -clock clk [all_outputs]
set_load 0.02 [all_outputs]
set launch [all_registers -clock_pins]
# The enable of a clock gate, an instance u_gate, is wanted as data of a register.
set capture [concat [all_registers -data_pins] \
  [get_pins -quiet -hierarchical *u_gate/enable_i]]
report_kind reg-reg $launch $capture
report_kind in-reg $inputs $capture
report_kind reg-out $launch [all_outputs]
report_kind in-out $inputs [all_outputs]
puts done
exit
