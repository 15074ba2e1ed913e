// Assertions: what a module promises and expects, checked in every simulation that Verilator builds
// with --assert; other tools see nothing of them.  Included above the module; the macros carry their
// own semicolon.
//
// All but the last look at each rising edge of clk_i while rst_ni is high, and see what a register
// clocked there sees.  Implication is `->`, the loosest operator.  They are immediate assertions in
// clocked blocks: of a concurrent one Verilator copies each operand, whole, in every cycle, and
// likewise what $past and $stable name, so those take a few bits at most.
//
// A failing assertion is reported as "Assertion failed in <instance>.<Name>" and ends the
// simulation, one over parameters already the build.  Each one has a row in
// verif/asserts/planted.txt that makes it fail once.
`ifndef STH_ASSERT_SVH
`define STH_ASSERT_SVH

`ifdef VERILATOR
// Condition holds.
`define STH_ASSERT(Name, Condition) \
  always_ff @(posedge clk_i) if (rst_ni) Name: assert (Condition);
// After an edge with Condition, out of reset, Next holds at the edge that follows.
`define STH_ASSERT_NEXT(Name, Condition, Next) \
  logic Name``_q; \
  always_ff @(posedge clk_i) Name``_q <= rst_ni && (Condition); \
  `STH_ASSERT(Name, Name``_q -> (Next))
// After an edge with Condition, out of reset, Value is the same at the edge that follows, or Unless
// holds there.
`define STH_ASSERT_STAYS(Name, Condition, Value, Unless = 1'b0) \
  logic [$bits(Value)-1:0] Name``_past_q; \
  always_ff @(posedge clk_i) if (Condition) Name``_past_q <= Value; \
  `STH_ASSERT_NEXT(Name, Condition, (Unless) || Value == Name``_past_q)
// Condition, a constant one over parameters and localparams, holds: else elaboration fails.
`define STH_ASSERT_INIT(Name, Condition) \
  if (!(Condition)) begin : gen_``Name $error(`"Assertion failed in Name`"); end
`else
`define STH_ASSERT(Name, Condition)
`define STH_ASSERT_NEXT(Name, Condition, Next)
`define STH_ASSERT_STAYS(Name, Condition, Value, Unless = 1'b0)
`define STH_ASSERT_INIT(Name, Condition)
`endif

`endif
