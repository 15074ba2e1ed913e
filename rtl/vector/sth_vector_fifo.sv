// FIFO whose slots are reserved long before they are filled.
//
// A pipeline that cannot stop reserves a slot when an item enters it (only while room_o is high)
// and pushes the item when it comes out: the push then always finds its slot. Data is read in the
// cycle after the push at the earliest. There is no bypass and no overflow detection.
`default_nettype none

module sth_vector_fifo #(
  // Bits of an item.
  parameter int Width = 32,
  // Items, a power of two of at least 2.
  parameter int Depth = 4
) (
  input  wire             clk_i,
  input  wire             rst_ni,
  input  wire             reserve_i,
  output wire             room_o,
  input  wire             push_i,
  input  wire [Width-1:0] data_i,
  output wire             valid_o,
  output wire [Width-1:0] data_o,
  input  wire             pop_i
);
  localparam int PtrBits = $clog2(Depth);

  logic [Width-1:0] mem [Depth];
  logic [PtrBits:0] wptr_q, rptr_q;
  // Slots neither reserved nor filled, 0 to Depth.
  logic [PtrBits:0] free_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      wptr_q <= '0;
      rptr_q <= '0;
      free_q <= (PtrBits + 1)'(Depth);
    end else begin
      if (push_i) wptr_q <= wptr_q + 1'b1;
      if (pop_i) rptr_q <= rptr_q + 1'b1;
      if (reserve_i && !pop_i) free_q <= free_q - 1'b1;
      if (!reserve_i && pop_i) free_q <= free_q + 1'b1;
    end
  end

  always_ff @(posedge clk_i) if (push_i) mem[wptr_q[PtrBits-1:0]] <= data_i;

  assign room_o = free_q != '0;
  assign valid_o = wptr_q != rptr_q;
  assign data_o = mem[rptr_q[PtrBits-1:0]];

  initial if (Depth < 2 || Depth != (1 << PtrBits)) $error("Depth");
endmodule
`default_nettype wire
