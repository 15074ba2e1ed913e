// Clock gate: passes the pulses of clk_i that begin while enable_i is high.
//
// A latch that is open while clk_i is low, and an AND gate: replace the body by a cell of a foundry.
// The enable counts until clk_i rises, so it may come from what the edge before clocked, gated or
// not, and gates may stand behind gates.
`default_nettype none

module sth_clock_gate (
  input  logic clk_i,
  input  logic enable_i,
  output logic clk_o
);

  logic enable_q;

  always_latch begin
    if (!clk_i) enable_q = enable_i;
  end

  assign clk_o = clk_i && enable_q;

endmodule

`default_nettype wire
