// Purpose: product of two array operands, of pairs of int8 the sum of two, combinational.  It does not
// round: products are exact.
`default_nettype none

module sth_pe_mul (
  input  logic        bf16_i,  // 0: the pairs of int8
  input  logic [15:0] a_i,
  input  logic [15:0] w_i,
  output logic [31:0] p_o
);
`include "sth_pe_mul.svh"

  logic [23:0] product;

  assign product = f_pe_mul_pack(bf16_i, f_pe_mul_product(bf16_i, a_i, w_i));
  assign p_o     = bf16_i ? f_pe_mul_fp32(product) : f_pe_mul_int32(product);
endmodule

`default_nettype wire
