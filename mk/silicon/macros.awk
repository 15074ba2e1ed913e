# Liberty cells for the memory wrappers and clock gates of an elaborated design in
# RTLIL (names as names.awk gives them), with the ports they have there.  In
# nanoseconds: every input is set up 0.5 before the edge; an SRAM's data is there
# 2.0 after it; a register file's is there 1.5 after its read address, or after
# the edge that writes the word.  An input is a load of 20 fF.  Memories have no
# area; a clock gate has that of LATCH, INVX1 and AND2X2, and passes an edge in 0.3.
function table(group, value) {
  return sprintf(" %s (scalar) { values (\"%s\"); }", group, value)
}

function arc(related, type, tables) {
  return sprintf("      timing () { related_pin : \"%s\"; timing_type : %s;%s }\n",
    related, type, tables)
}

function delay(ns) {
  return table("cell_rise", ns) table("cell_fall", ns) \
    table("rise_transition", "0.1") table("fall_transition", "0.1")
}

function port(name, width, direction,    text, i) {
  if (width > 1) {
    types = types sprintf("  type (%s_%s) { base_type : array; data_type : bit; " \
      "bit_width : %d; bit_from : %d; bit_to : 0; downto : true; }\n",
      cell, name, width, width - 1)
    text = sprintf("    bus (%s) { bus_type : %s_%s;", name, cell, name)
  } else {
    text = sprintf("    pin (%s) {", name)
  }
  text = text " direction : " direction ";"
  if (gate) text = text " clock_gate_" (direction == "output" ? "out" : \
    name == "clk_i" ? "clock" : "enable") "_pin : true;"
  if (name == "clk_i") text = text " clock : true;"
  if (direction == "input") text = text " capacitance : 0.02;"
  text = text "\n"
  if (name == "raddr_i") address = width
  if (direction == "output" && file) {
    # An arc from a bus to one of another width has to be given bit by bit; the
    # ports of a module stand in the order of their names, the address first.
    for (i = 0; i < address; i++)
      text = text arc(address > 1 ? "raddr_i[" i "]" : "raddr_i", "combinational",
        " timing_sense : non_unate;" delay("1.5"))
    text = text arc("clk_i", "rising_edge", delay("1.5"))
  }
  else if (direction == "output" && gate)
    text = text " function : \"clk_i\";\n" arc("clk_i", "combinational",
      " timing_sense : positive_unate;" delay("0.3"))
  else if (direction == "output")
    text = text arc("clk_i", "rising_edge", delay("2.0"))
  else if (name != "clk_i" && !(file && name == "raddr_i"))
    text = text arc("clk_i", "setup_rising",
      table("rise_constraint", "0.5") table("fall_constraint", "0.5"))
  pins = pins text "    }\n"
}

BEGIN {
  print "library (systolith_macros) {"
  print "  delay_model : table_lookup; time_unit : \"1ns\";"
  print "  voltage_unit : \"1V\"; current_unit : \"1mA\";"
  print "  capacitive_load_unit (1, pf); pulling_resistance_unit : \"1kohm\";"
  for (edge = 0; edge < 2; edge++) {
    name = edge ? "rise" : "fall"
    printf "  input_threshold_pct_%s : 50; output_threshold_pct_%s : 50;\n", name, name
    printf "  slew_lower_threshold_pct_%s : 20; slew_upper_threshold_pct_%s : 80;\n", \
      name, name
  }
}
$1 == "module" {
  cell = substr($2, 2)
  file = cell ~ /^sth_regfile_1r1w/
  gate = cell ~ /^sth_clock_gate/
  inside = file || gate || cell ~ /^sth_sram_1r1w/
  types = pins = ""
}
inside && /^  wire .*(input|output) [0-9]+ / {
  port(substr($NF, 2), / width /? $3 : 1, / input /? "input" : "output")
}
inside && $1 == "end" && /^end/ {
  printf "%s  cell (%s) {\n    area : %d;\n%s%s  }\n", types, cell, gate ? 104 : 0,
    gate ? "    clock_gating_integrated_cell : \"latch_posedge\";\n" : "", pins
  inside = 0
}
END { print "}" }
