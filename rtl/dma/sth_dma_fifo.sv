// A first-in first-out queue with valid/ready on both sides.
//
// Both ready and valid come from registers, so the queue cuts every
// combinational path between its sides; an item is visible at the output in
// the cycle after it went in.  Storage is not reset.
`default_nettype none

module sth_dma_fifo #(
  // Bits of an item.
  parameter int Width = 8,
  // Items; a power of two >= 2.
  parameter int Depth = 2,
  localparam int PtrWidth = $clog2(Depth)
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

  logic [Width-1:0] store_q [Depth];
  // One bit more than an index: equal pointers mean empty, pointers that
  // differ only in the top bit mean full.
  logic [PtrWidth:0] head_q;
  logic [PtrWidth:0] tail_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      head_q <= '0;
      tail_q <= '0;
    end else begin
      if (in_valid_i && in_ready_o) tail_q <= tail_q + 1'b1;
      if (out_valid_o && out_ready_i) head_q <= head_q + 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (in_valid_i && in_ready_o) store_q[tail_q[PtrWidth-1:0]] <= in_data_i;
  end

  assign in_ready_o = (head_q ^ tail_q) != {1'b1, {PtrWidth{1'b0}}};
  assign out_valid_o = head_q != tail_q;
  assign out_data_o = store_q[head_q[PtrWidth-1:0]];

endmodule

`default_nettype wire
