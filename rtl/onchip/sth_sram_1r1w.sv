// One read port, one write port, single-clock SRAM with a write mask.
//
// The only memory macro of the core: replace the body by a foundry macro of
// the same ports.  A read returns its data in the next cycle, and the data
// stays until the next read.  A read of the address that is written in the
// same cycle returns the old word.  It has no reset and no initial contents,
// and it does not check that an address is in range:
// the memories around it do.

`include "sth_assert.svh"
`default_nettype none

module sth_sram_1r1w #(
  // Bits in a word.
  parameter int Width = 64,
  // Words: any number from 2.
  parameter int Depth = 256,
  // Write mask bits; each enables Width / MaskWidth bits.
  parameter int MaskWidth = Width / 8,
  localparam int AddrWidth = $clog2(Depth)
) (
  input  logic                 clk_i,
  input  logic                 ren_i,
  input  logic [AddrWidth-1:0] raddr_i,
  output logic [Width-1:0]     rdata_o,
  input  logic                 wen_i,
  input  logic [AddrWidth-1:0] waddr_i,
  input  logic [Width-1:0]     wdata_i,
  input  logic [MaskWidth-1:0] wmask_i
);
  localparam int Granule = Width / MaskWidth;

  // Readable from outside so that co-simulation can show what a bank holds.
  logic [Width-1:0] mem [Depth] /*verilator public_flat_rd*/;
  logic [Width-1:0] rdata_q;

  // The written word: the granules of `to` that `mask` selects, `from` elsewhere.
  function automatic [Width-1:0] merge(input [Width-1:0] from, input [Width-1:0] to,
                                       input [MaskWidth-1:0] mask);
    merge = from;
    for (int i = 0; i < MaskWidth; i++) begin
      if (mask[i]) merge[i*Granule+:Granule] = to[i*Granule+:Granule];
    end
  endfunction

  always_ff @(posedge clk_i) begin
    if (ren_i) rdata_q <= mem[raddr_i];
    if (wen_i) mem[waddr_i] <= merge(mem[waddr_i], wdata_i, wmask_i);
  end

  assign rdata_o = rdata_q;

  `STH_ASSERT_INIT(DepthFromTwo, Depth >= 2)
  `STH_ASSERT_INIT(MaskDividesWord, Width % MaskWidth == 0)
endmodule

`default_nettype wire
