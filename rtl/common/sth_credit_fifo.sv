// First-in first-out queue whose places are reserved long before they are filled.
//
// A pipeline that cannot stop reserves a place when an item enters it, only while room_o, and
// pushes the item when it comes out: the push then always finds its place.  A place is free again
// in the cycle after its item left.  An item can be popped from the cycle after its push.
`include "sth_assert.svh"
`default_nettype none

module sth_credit_fifo #(
  // Bits of an item, 1 or more.
  parameter int Width = 32,
  // Items, 2 or more.
  parameter int Depth = 4
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             reserve_i,
  output logic             room_o,
  input  logic             push_i,
  input  logic [Width-1:0] push_data_i,
  output logic             pop_valid_o,
  input  logic             pop_ready_i,
  output logic [Width-1:0] pop_data_o
);

  localparam int CountWidth = $clog2(Depth + 1);

  // Places neither reserved nor filled, 0 to Depth.
  logic [CountWidth-1:0] free_q;
  logic                  push_ready, pop;

  sth_fifo #(
    .Width(Width),
    .Depth(Depth)
  ) u_fifo (
    .clk_i,
    .rst_ni,
    .push_valid_i(push_i),
    .push_ready_o(push_ready),
    .push_data_i,
    .pop_valid_o,
    .pop_ready_i,
    .pop_data_o
  );

  assign pop = pop_valid_o && pop_ready_i;
  assign room_o = free_q != '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) free_q <= CountWidth'(Depth);
    else if (reserve_i && !pop) free_q <= free_q - 1'b1;
    else if (!reserve_i && pop) free_q <= free_q + 1'b1;
  end

  `STH_ASSERT(ReservesOnlyRoom, reserve_i -> room_o)
  `STH_ASSERT(PushFindsPlace, push_i -> push_ready)

endmodule

`default_nettype wire
