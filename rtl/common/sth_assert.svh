// Assertions: what a module promises and expects, checked in every simulation that Verilator builds
// with --assert; other tools see nothing of them.  Included above the module; the macros carry their
// own semicolon.
//
// A failing assertion is reported as "Assertion failed in <instance>.<Name>" and ends the
// simulation, one over parameters already the build.  Each one has a row in verif/asserts/planted.txt that makes it fail once.
`ifndef STH_ASSERT_SVH
`define STH_ASSERT_SVH

`ifdef VERILATOR
// Property holds at each rising edge of clk_i while rst_ni is high.  `|=>` and $past look at the
// edge before, which may be one with reset: what was sampled there must be reset state, so a reset
// takes two cycles.
`define STH_ASSERT(Name, Property) \
  Name: assert property (@(posedge clk_i) disable iff (!rst_ni) Property);
// Condition, a constant one over parameters and localparams, holds: else elaboration fails.
`define STH_ASSERT_INIT(Name, Condition) \
  if (!(Condition)) begin : gen_``Name $error(`"Assertion failed in Name`"); end
`else
`define STH_ASSERT(Name, Property)
`define STH_ASSERT_INIT(Name, Condition)
`endif

`endif
