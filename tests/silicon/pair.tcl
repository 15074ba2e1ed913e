# The power of pair.v by OpenSTA: d_i changes once in each cycle of 10 ns.
read_liberty $::env(LIBERTY)
read_verilog tests/silicon/pair.v
link_design sth_pair
create_clock -name clk -period 10 [get_ports clk_i]
set_clock_transition 0.1 clk
set_input_delay 0 -clock clk [get_ports d_i]
set_input_transition 0.1 [get_ports d_i]
set_load 0.02 [get_ports q_o]
set_power_activity -input -activity 1.0 -duty 0.5
report_power -instances [get_cells {flop inverter}] -digits 8
exit
