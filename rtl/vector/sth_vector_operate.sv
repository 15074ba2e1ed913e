// First part of the lanes of the vector engine: raw elements to v = x * y + z.
//
//   0-1  convert  raw elements x, y, z to fp32
//   2-3  mul      v = x * y
//   4-6  add      v = v + z, v - z or max(v, z)
//
// valid_i[s]: a value enters stage s, so the register behind stage s is loaded. An operation that
// the command does not ask for has its neutral operand: the caller gives y = 1 or z = -0, and adds.
// All lanes do the same; lane i is word i of a vector.
`default_nettype none

module sth_vector_operate #(
  // Lanes, at least 1.
  parameter int Lanes = 16
) (
  input  wire                clk_i,
  input  wire [6:0]          valid_i,
  // The command.
  input  wire [1:0]          x_type_i,
  input  wire [1:0]          y_type_i,
  input  wire [1:0]          z_type_i,
  input  wire                max_i,       // the maximum rather than the sum
  input  wire                subtract_i,  // the sum: of v and -z
  // Raw elements.
  input  wire [32*Lanes-1:0] x_i,
  input  wire [32*Lanes-1:0] y_i,
  input  wire [32*Lanes-1:0] z_i,
  output wire [32*Lanes-1:0] x_o,         // behind stage 1
  output wire [32*Lanes-1:0] v_o          // behind stage 6
);
  `include "sth_spec.svh"
  `include "sth_to_fp32.svh"
  `include "sth_fp32_mul.svh"

  localparam int Magnitude = ToFp32Stride * Lanes;
  localparam int Product = FpProductStride * Lanes;

  // <name>_<s>_q: a register behind stage s.
  logic [Magnitude-1:0] x_0_q, y_0_q, z_0_q;
  logic [32*Lanes-1:0] x_1_q, y_1_q, z_1_q;
  logic [Product-1:0] product_2_q;
  logic [32*Lanes-1:0] v_3_q, z_2_q, z_3_q;

  function automatic [Magnitude-1:0] f_magnitudes(input [1:0] dtype, input [32*Lanes-1:0] raw);
    for (int i = 0; i < Lanes; i++)
      f_magnitudes[ToFp32Stride*i +: ToFp32Stride] =
          ToFp32Stride'(f_to_fp32_magnitude(dtype, raw[32*i +: 32]));
  endfunction

  function automatic [32*Lanes-1:0] f_converted(input [Magnitude-1:0] magnitude);
    for (int i = 0; i < Lanes; i++)
      f_converted[32*i +: 32] = f_to_fp32_round(magnitude[ToFp32Stride*i +: ToFp32Width]);
  endfunction

  function automatic [Product-1:0] f_products(input [32*Lanes-1:0] a, input [32*Lanes-1:0] b);
    for (int i = 0; i < Lanes; i++)
      f_products[FpProductStride*i +: FpProductStride] =
          FpProductStride'(f_fp32_mul_product(a[32*i +: 32], b[32*i +: 32]));
  endfunction

  function automatic [32*Lanes-1:0] f_rounded(input [Product-1:0] product);
    for (int i = 0; i < Lanes; i++)
      f_rounded[32*i +: 32] = f_fp32_mul_round(product[FpProductStride*i +: FpProductWidth]);
  endfunction

  always_ff @(posedge clk_i) begin
    if (valid_i[0]) begin
      x_0_q <= f_magnitudes(x_type_i, x_i);
      y_0_q <= f_magnitudes(y_type_i, y_i);
      z_0_q <= f_magnitudes(z_type_i, z_i);
    end
    if (valid_i[1]) begin
      x_1_q <= f_converted(x_0_q);
      y_1_q <= f_converted(y_0_q);
      z_1_q <= f_converted(z_0_q);
    end
    if (valid_i[2]) begin
      product_2_q <= f_products(x_1_q, y_1_q);
      z_2_q <= z_1_q;
    end
    if (valid_i[3]) begin
      v_3_q <= f_rounded(product_2_q);
      z_3_q <= z_2_q ^ {Lanes{subtract_i, 31'd0}};
    end
  end

  // Words 2i and 2i + 1: v and z of lane i.
  wire [64*Lanes-1:0] pairs;
  for (genvar i = 0; i < Lanes; i++) begin : gen_pair
    assign pairs[64*i +: 64] = {z_3_q[32*i +: 32], v_3_q[32*i +: 32]};
  end

  sth_vector_node #(.Nodes(Lanes)) u_add (
    .clk_i,
    .valid_i(valid_i[6:4]),
    .sum_i  (!max_i),
    .pairs_i(pairs),
    .y_o    (v_o)
  );

  assign x_o = x_1_q;
endmodule
`default_nettype wire
