// First-in first-out queue with valid/ready on both sides.
//
// An entry pushed in cycle t can be popped from cycle t + 1.  There is no path from one side's
// handshake to the other's: a full queue takes nothing even if it is popped in that cycle.  Storage
// is not reset, and an offer that is withdrawn before it is taken does no harm.
`include "sth_assert.svh"
`default_nettype none

module sth_fifo #(
  // Bits of an entry, 1 or more.
  parameter int Width = 32,
  // Entries, 2 or more.
  parameter int Depth = 8,
  localparam int IndexWidth = $clog2(Depth)
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             push_valid_i,
  output logic             push_ready_o,
  input  logic [Width-1:0] push_data_i,
  output logic             pop_valid_o,
  input  logic             pop_ready_i,
  output logic [Width-1:0] pop_data_o
);

  // A pointer is an index from 0 to Depth - 1 below a bit that turns at each wrap.  Equal pointers
  // mean empty, equal indices of different turns mean full.
  localparam logic [IndexWidth-1:0] Last = IndexWidth'(Depth - 1);

  logic [IndexWidth:0] wptr_q, rptr_q;
  logic                push, pop, same_index;

  // The pointer after this one; a power of two wraps by itself.
  function automatic logic [IndexWidth:0] advance(input logic [IndexWidth:0] ptr);
    advance = ptr + 1'b1;
    if (Depth != 1 << IndexWidth && ptr[IndexWidth-1:0] == Last) begin
      advance = {!ptr[IndexWidth], {IndexWidth{1'b0}}};
    end
  endfunction

  assign push = push_valid_i && push_ready_o;
  assign pop  = pop_valid_o && pop_ready_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      wptr_q <= '0;
      rptr_q <= '0;
    end else begin
      if (push) wptr_q <= advance(wptr_q);
      if (pop) rptr_q <= advance(rptr_q);
    end
  end

  sth_regfile_1r1w #(
    .Width(Width),
    .Depth(Depth)
  ) u_storage (
    .clk_i,
    .raddr_i(rptr_q[IndexWidth-1:0]),
    .rdata_o(pop_data_o),
    .wen_i  (push),
    .waddr_i(wptr_q[IndexWidth-1:0]),
    .wdata_i(push_data_i)
  );

  assign same_index   = wptr_q[IndexWidth-1:0] == rptr_q[IndexWidth-1:0];
  assign push_ready_o = !same_index || wptr_q[IndexWidth] == rptr_q[IndexWidth];
  assign pop_valid_o  = wptr_q != rptr_q;

  `STH_ASSERT_INIT(DepthFromTwo, Depth >= 2 && Width >= 1)
  // The entry that waits at the output is never written.
  `STH_ASSERT(NoOverflow, push && pop_valid_o -> !same_index)
  `STH_ASSERT(NoUnderflow, pop -> wptr_q != rptr_q)
  `STH_ASSERT(IndexInRange, 32'(wptr_q[IndexWidth-1:0]) < Depth &&
                            32'(rptr_q[IndexWidth-1:0]) < Depth)

endmodule

`default_nettype wire
