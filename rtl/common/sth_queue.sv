// First-in first-out queue with valid/ready on both sides.
//
// An entry pushed in cycle t can be popped from cycle t + 1.  There is no path
// from one side's handshake to the other's: a full queue takes nothing even if
// it is popped in that cycle.

`default_nettype none

module sth_queue #(
  // Bits of an entry, 1 or more.
  parameter int Width = 32,
  // Entries: a power of two, 2 or more.
  parameter int Depth = 8
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

  localparam int PtrWidth = $clog2(Depth);

  // The extra top bit tells full from empty.
  logic [PtrWidth:0] wptr_q, rptr_q;
  logic [Width-1:0]  mem [Depth];
  logic              push, pop;

  assign push_ready_o = wptr_q != (rptr_q ^ (PtrWidth + 1)'(Depth));
  assign pop_valid_o  = wptr_q != rptr_q;
  assign pop_data_o   = mem[rptr_q[PtrWidth-1:0]];
  assign push         = push_valid_i && push_ready_o;
  assign pop          = pop_valid_o && pop_ready_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      wptr_q <= '0;
      rptr_q <= '0;
    end else begin
      if (push) wptr_q <= wptr_q + 1'b1;
      if (pop) rptr_q <= rptr_q + 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (push) mem[wptr_q[PtrWidth-1:0]] <= push_data_i;
  end

  initial begin
    if (Depth < 2 || (Depth & (Depth - 1)) != 0) $error("Depth is not a power of two");
  end

endmodule

`default_nettype wire
