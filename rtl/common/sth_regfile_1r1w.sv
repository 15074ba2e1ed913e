// One read port, one write port, register file: a small memory that is read in the same cycle.
//
// The only memory of the core beside sth_sram_1r1w: replace the body by a foundry register file, or
// by flip-flops where it is small.  rdata_o is the word at raddr_i as it stood before this cycle's
// edge, so a write shows from the next cycle.  It has no reset and no initial contents, and it does
// not check that an address is in range: the queues around it do.

`include "sth_assert.svh"
`default_nettype none

module sth_regfile_1r1w #(
  // Bits in a word, 1 or more.
  parameter int Width = 32,
  // Words: any number from 2.
  parameter int Depth = 8,
  localparam int AddrWidth = $clog2(Depth)
) (
  input  logic                 clk_i,
  input  logic [AddrWidth-1:0] raddr_i,
  output logic [Width-1:0]     rdata_o,
  input  logic                 wen_i,
  input  logic [AddrWidth-1:0] waddr_i,
  input  logic [Width-1:0]     wdata_i
);

  logic [Width-1:0] mem [Depth];

  always_ff @(posedge clk_i) begin
    if (wen_i) mem[waddr_i] <= wdata_i;
  end

  assign rdata_o = mem[raddr_i];

  `STH_ASSERT_INIT(DepthFromTwo, Depth >= 2 && Width >= 1)

endmodule

`default_nettype wire
