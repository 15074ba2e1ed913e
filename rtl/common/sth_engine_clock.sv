// The clock of an engine: it runs while a command is offered to the engine, while the engine holds
// one, and a few cycles longer, in which what is left of a command settles.
//
// The first pulse is that of the cycle in which the command is offered: waking costs nothing.
// It runs through a reset as well.
`default_nettype none

module sth_engine_clock (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic cmd_valid_i,
  input  logic busy_i,
  output logic clk_o
);

  // Cycles that the clock runs on: retirement, the way back to ready, a counter's last event.
  localparam int Settle = 4;

  logic [Settle-1:0] busy_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) busy_q <= '1;
    else busy_q <= {busy_q[Settle-2:0], busy_i};
  end

  sth_clock_gate u_gate (
    .clk_i,
    .enable_i(!rst_ni || cmd_valid_i || busy_i || busy_q != '0),
    .clk_o
  );

endmodule

`default_nettype wire
