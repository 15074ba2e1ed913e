// Field checks of one memory operand of VECTOR: its type, alignment and the
// last chunk it touches.
//
// Addresses are counted in units: rows of the accumulator, or ArrayCols bytes.
// end_i is the sum of first_o, past_o and the units from the first to the last
// row and tile.  Combinational; all outputs but these two are zero for an
// unused operand, and range_o means nothing for one that is not aligned.

`include "sth_assert.svh"
`default_nettype none

module sth_check_operand #(
  // Lanes: a power of two from 4 to 512.
  parameter int ArrayCols = 16,
  // Capacities in bytes, up to 2^28.
  parameter int SpBytes = 262144,
  parameter int AccBytes = 65536
) (
  input  logic        used_i,
  input  logic        scalar_i,
  input  logic        sp_i,
  input  logic [1:0]  type_i,
  input  logic [27:0] addr_i,
  input  logic [15:0] row_i,
  input  logic [15:0] tile_i,
  output logic [27:0] first_o,
  output logic [2:0]  past_o,
  input  logic [49:0] end_i,
  output logic        field_o,
  output logic        align_addr_o,
  output logic        align_stride_o,
  output logic        range_o
);

  `include "sth_spec.svh"

  localparam int ColsLog2 = $clog2(ArrayCols);
  localparam int AccRows = AccBytes / (4 * ArrayCols);
  localparam int SpUnits = SpBytes / ArrayCols;

  // Element size 1, 2 or 4; a chunk holds ArrayCols elements: up to 4 * 512 bytes, hence 12 bits.
  logic [2:0]  size, size_mask;
  logic [11:0] chunk, chunk_mask;

  assign size       = type_i == 2'(STH_DTYPE_I8) ? 3'd1 :
                      type_i == 2'(STH_DTYPE_BF16) ? 3'd2 : 3'd4;
  assign size_mask  = size - 3'd1;
  assign chunk      = 12'(size) << ColsLog2;
  assign chunk_mask = chunk - 12'd1;

  assign field_o = used_i && !sp_i && type_i != 2'(STH_DTYPE_FP32) && type_i != 2'(STH_DTYPE_I32);
  assign align_addr_o   = used_i && sp_i && (addr_i[11:0] & chunk_mask) != '0;
  assign align_stride_o = used_i && sp_i && ((row_i[2:0] & size_mask) != '0 ||
                                             (!scalar_i && (tile_i[2:0] & size_mask) != '0));

  assign first_o = sp_i ? addr_i >> ColsLog2 : addr_i;
  assign past_o  = sp_i ? size : 3'd1;
  assign range_o = used_i && end_i > (sp_i ? 50'(SpUnits) : 50'(AccRows));

  logic unused;
  assign unused = ^{row_i, tile_i};

  `STH_ASSERT_INIT(ArrayIsLegal, ArrayCols >= 4 && ArrayCols <= 512 &&
                                 (ArrayCols & (ArrayCols - 1)) == 0)
  `STH_ASSERT_INIT(CapacityIsLegal, SpBytes <= 1 << 28 && AccBytes <= 1 << 28)

endmodule

`default_nettype wire
