// Spreads a chunk of elements of one type over words of 32 bits, element i in the low bits of word i.
//
// Combinational. Above an int8 lie copies of its sign, above a bf16 zeros; nothing is converted.
`default_nettype none

module sth_vector_unpack #(
  // Columns of a row-tile, at least 4.
  parameter int Cols = 16
) (
  input  wire  [1:0]          type_i,
  input  wire  [32*Cols-1:0] chunk_i,
  output logic [32*Cols-1:0] raw_o
);
  `include "sth_spec.svh"

  wire [32*Cols-1:0] bytes, halves;

  for (genvar i = 0; i < Cols; i++) begin : gen_lane
    assign bytes[32*i +: 32] = {{24{chunk_i[8*i+7]}}, chunk_i[8*i +: 8]};
    assign halves[32*i +: 32] = {16'd0, chunk_i[16*i +: 16]};
  end

  always_comb begin
    case (type_i)
      2'(STH_DTYPE_I8): raw_o = bytes;
      2'(STH_DTYPE_BF16): raw_o = halves;
      default: raw_o = chunk_i;
    endcase
  end
endmodule
`default_nettype wire
