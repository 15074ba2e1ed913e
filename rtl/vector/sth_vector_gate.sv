// Last part of the lanes of the vector engine.
//
//   0-1  gate  u = f times the factor; +0 where keep_i, of stage 0, is low
//   2-3  out   d = u converted to the destination's type
//
// valid_i[s]: a value enters stage s, so the register behind stage s is loaded.
`default_nettype none

module sth_vector_gate #(
  // Lanes, at least 1.
  parameter int Lanes = 16
) (
  input  wire                clk_i,
  input  wire [3:0]          valid_i,
  input  wire [1:0]          d_type_i,
  input  wire [32*Lanes-1:0] f_i,
  input  wire [32*Lanes-1:0] factor_i,
  input  wire [Lanes-1:0]    keep_i,
  output wire [32*Lanes-1:0] u_o,       // behind stage 1
  output wire [32*Lanes-1:0] d_o        // behind stage 3
);
  `include "sth_spec.svh"
  `include "sth_fp32_mul.svh"
  `include "sth_from_fp32.svh"

  localparam int Product = FpProductStride * Lanes;
  localparam int Shifted = FromFp32Stride * Lanes;

  // <name>_<s>_q: a register behind stage s.
  logic [Product-1:0] product_0_q;
  logic [32*Lanes-1:0] u_1_q, d_3_q;
  logic [Shifted-1:0] shifted_2_q;

  function automatic [Product-1:0] f_products(input [Lanes-1:0] keep, input [32*Lanes-1:0] f,
                                              input [32*Lanes-1:0] factor);
    for (int i = 0; i < Lanes; i++)
      f_products[FpProductStride*i +: FpProductStride] =
          FpProductStride'(f_fp32_mul_kept(keep[i], f_fp32_mul_product(f[32*i +: 32],
                                                                       factor[32*i +: 32])));
  endfunction

  function automatic [32*Lanes-1:0] f_rounded(input [Product-1:0] product);
    for (int i = 0; i < Lanes; i++)
      f_rounded[32*i +: 32] = f_fp32_mul_round(product[FpProductStride*i +: FpProductWidth]);
  endfunction

  function automatic [Shifted-1:0] f_shifted(input [1:0] dtype, input [32*Lanes-1:0] v);
    for (int i = 0; i < Lanes; i++)
      f_shifted[FromFp32Stride*i +: FromFp32Stride] =
          FromFp32Stride'(f_from_fp32_shift(dtype, v[32*i +: 32]));
  endfunction

  function automatic [32*Lanes-1:0] f_converted(input [1:0] dtype, input [Shifted-1:0] shifted);
    for (int i = 0; i < Lanes; i++)
      f_converted[32*i +: 32] =
          f_from_fp32_round(dtype, shifted[FromFp32Stride*i +: FromFp32Width]);
  endfunction

  always_ff @(posedge clk_i) begin
    if (valid_i[0]) product_0_q <= f_products(keep_i, f_i, factor_i);
    if (valid_i[1]) u_1_q <= f_rounded(product_0_q);
    if (valid_i[2]) shifted_2_q <= f_shifted(d_type_i, u_1_q);
    if (valid_i[3]) d_3_q <= f_converted(d_type_i, shifted_2_q);
  end

  assign u_o = u_1_q;
  assign d_o = d_3_q;
endmodule
`default_nettype wire
