// Packs 32-bit lanes into a chunk of elements of one type, the inverse of sth_vector_unpack, and
// says which bytes of the chunk belong to the first active_i lanes.
//
// Combinational. Bytes above the chunk's elements are zero and not marked.
`default_nettype none

module sth_vector_pack #(
  // Columns of a row-tile, a power of two from 4 to 512.
  parameter int Cols = 16,
  localparam int ColBits = $clog2(Cols)
) (
  input  wire  [1:0]          type_i,
  input  wire  [ColBits:0]   active_i,
  input  wire  [32*Cols-1:0] raw_i,
  output logic [32*Cols-1:0] chunk_o,
  output logic [4*Cols-1:0]  mask_o
);
  `include "sth_spec.svh"

  wire [8*Cols-1:0] bytes;
  wire [16*Cols-1:0] halves;
  wire [Cols-1:0] byte_mask;
  wire [2*Cols-1:0] half_mask;
  wire [4*Cols-1:0] word_mask;

  for (genvar i = 0; i < Cols; i++) begin : gen_lane
    wire on = (ColBits + 1)'(i) < active_i;
    assign bytes[8*i +: 8] = raw_i[32*i +: 8];
    assign halves[16*i +: 16] = raw_i[32*i +: 16];
    assign byte_mask[i] = on;
    assign half_mask[2*i +: 2] = {2{on}};
    assign word_mask[4*i +: 4] = {4{on}};
  end

  always_comb begin
    case (type_i)
      2'(STH_DTYPE_I8): begin
        chunk_o = (32 * Cols)'(bytes);
        mask_o = (4 * Cols)'(byte_mask);
      end
      2'(STH_DTYPE_BF16): begin
        chunk_o = (32 * Cols)'(halves);
        mask_o = (4 * Cols)'(half_mask);
      end
      default: begin
        chunk_o = raw_i;
        mask_o = word_mask;
      end
    endcase
  end
endmodule
`default_nettype wire
