// Register slice of one AXI channel: every output comes from a flip-flop, so no path leads through
// it, neither forwards nor backwards.
//
// An item passes in one cycle and one follows another without a gap.  A second place takes what
// arrives in the cycle in which the receiver turns out not to be ready.  The offer is low from
// power-up, as AXI asks of a master that is yet to be reset.
`include "sth_assert.svh"
`default_nettype none

module sth_axi_slice #(
  // Bits of an item, 1 or more.
  parameter int Width = 32
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             in_valid_i,
  output logic             in_ready_o,
  input  logic [Width-1:0] in_data_i,
  output logic             out_valid_o,
  input  logic             out_ready_i,
  output logic [Width-1:0] out_data_o
);

  // The place that is offered, and the one behind it; ready means that the latter is empty.
  logic             valid_q = 1'b0;
  logic             ready_q = 1'b0;
  logic [Width-1:0] data_q;
  logic [Width-1:0] spare_q;
  logic             moves;

  assign moves = !valid_q || out_ready_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_q <= 1'b0;
      ready_q <= 1'b1;
    end else begin
      if (moves) valid_q <= in_valid_i || !ready_q;
      ready_q <= moves || (ready_q && !in_valid_i);
    end
  end

  always_ff @(posedge clk_i) begin
    if (moves) data_q <= ready_q ? in_data_i : spare_q;
  end

  always_ff @(posedge clk_i) begin
    if (ready_q) spare_q <= in_data_i;
  end

  assign in_ready_o = ready_q;
  assign out_valid_o = valid_q;
  assign out_data_o = data_q;

  `STH_ASSERT_INIT(NotEmpty, Width >= 1)
  `STH_ASSERT_STAYS(OfferStays, out_valid_o && !out_ready_i, {out_valid_o, out_data_o})
  // What fills the second place waits behind an offer.
  `STH_ASSERT(SpareWaits, !in_ready_o -> out_valid_o)

endmodule

`default_nettype wire
