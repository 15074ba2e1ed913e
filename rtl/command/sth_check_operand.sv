// Field checks of one memory operand of VECTOR: its type, alignment and the
// last chunk it touches.
//
// row_prod_i and tile_prod_i are the units from the first to the last row and
// tile; range_o is valid one cycle after they are.  All outputs are zero for
// an unused operand.

`include "sth_assert.svh"
`default_nettype none

module sth_check_operand #(
  // Lanes: a power of two from 4 to 512.
  parameter int ArrayCols = 16,
  // Capacities in bytes, up to 2^28.
  parameter int SpBytes = 262144,
  parameter int AccBytes = 65536
) (
  input  logic        clk_i,
  input  logic        used_i,
  input  logic        scalar_i,
  input  logic        sp_i,
  input  logic [1:0]  type_i,
  input  logic [27:0] addr_i,
  input  logic [15:0] row_i,
  input  logic [15:0] tile_i,
  input  logic [47:0] row_prod_i,
  input  logic [47:0] tile_prod_i,
  output logic        field_o,
  output logic        align_addr_o,
  output logic        align_stride_o,
  output logic        range_o
);

  `include "sth_spec.svh"

  localparam int ColsLog2 = $clog2(ArrayCols);
  localparam int AccRows = AccBytes / (4 * ArrayCols);

  // Element size 1, 2 or 4; a chunk holds ArrayCols elements: up to 4 * 512 bytes, hence 12 bits.
  logic [2:0]  size, size_mask;
  logic [11:0] chunk, chunk_mask;

  assign size       = type_i == 2'(STH_DTYPE_I8) ? 3'd1 : type_i == 2'(STH_DTYPE_BF16) ? 3'd2 : 3'd4;
  assign size_mask  = size - 3'd1;
  assign chunk      = 12'(size) << ColsLog2;
  assign chunk_mask = chunk - 12'd1;

  assign field_o = used_i && !sp_i && type_i != 2'(STH_DTYPE_FP32) && type_i != 2'(STH_DTYPE_I32);
  assign align_addr_o   = used_i && sp_i && (addr_i[11:0] & chunk_mask) != '0;
  assign align_stride_o = used_i && sp_i && ((row_i[2:0] & size_mask) != '0 ||
                                             (!scalar_i && (tile_i[2:0] & size_mask) != '0));

  // Units: two products of 16 x 16 bits, below 2^33; times 2^9 below 2^42, and an address of 28
  // bits fits beside it in 48.
  logic [47:0] units;
  logic [47:0] end_q;

  assign units = row_prod_i + tile_prod_i;

  always_ff @(posedge clk_i) begin
    end_q <= 48'(addr_i) + (sp_i ? (units << ColsLog2) + 48'(chunk) : units + 48'd1);
  end

  assign range_o = used_i && end_q > (sp_i ? 48'(SpBytes) : 48'(AccRows));

  logic unused;
  assign unused = ^{row_i, tile_i};

  `STH_ASSERT_INIT(ArrayIsLegal, ArrayCols >= 4 && ArrayCols <= 512 && (ArrayCols & (ArrayCols - 1)) == 0)
  `STH_ASSERT_INIT(CapacityIsLegal, SpBytes <= 1 << 28 && AccBytes <= 1 << 28)

endmodule

`default_nettype wire
