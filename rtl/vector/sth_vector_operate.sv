// First half of the lanes of the vector engine: raw elements to v = x * y + z, a stage an
// operation.
//
//   0 select   raw elements x, y, z
//   1 convert  to fp32
//   2 mul      v = x * y
//   3 add      v = v + z, v - z or max(v, z)
//
// stage_i[s] enables the register at the end of stage s: it is the valid bit of what enters the
// stage. The results are valid in the cycle after stage 3 was enabled. All lanes do the same; lane i
// is word i of a vector.
`default_nettype none

module sth_vector_operate #(
  // Lanes, at least 1.
  parameter int Lanes = 16
) (
  input  wire                clk_i,
  input  wire [3:0]          stage_i,
  // The command.
  input  wire [1:0]          x_type_i,
  input  wire [1:0]          y_type_i,
  input  wire [1:0]          z_type_i,
  input  wire                mul_i,
  input  wire                add_i,
  input  wire [1:0]          addop_i,
  // Raw elements in stage 0.
  input  wire [32*Lanes-1:0] x_i,
  input  wire [32*Lanes-1:0] y_i,
  input  wire [32*Lanes-1:0] z_i,
  output wire [32*Lanes-1:0] x_o,
  output wire [32*Lanes-1:0] v_o
);
  `include "sth_spec.svh"
  `include "sth_to_fp32.svh"
  `include "sth_fp32_add.svh"
  `include "sth_fp32_mul.svh"
  `include "sth_fp32_max.svh"

  logic [32*Lanes-1:0] x_0_q, y_0_q, z_0_q;
  logic [32*Lanes-1:0] x_1_q, y_1_q, z_1_q;
  logic [32*Lanes-1:0] x_2_q, v_2_q, z_2_q;
  logic [32*Lanes-1:0] x_3_q, v_3_q;

  function automatic [32*Lanes-1:0] f_converted(input [1:0] dtype, input [32*Lanes-1:0] raw);
    for (int i = 0; i < Lanes; i++) f_converted[32*i +: 32] = f_to_fp32(dtype, raw[32*i +: 32]);
  endfunction

  function automatic [32*Lanes-1:0] f_products(input [32*Lanes-1:0] a, input [32*Lanes-1:0] b);
    for (int i = 0; i < Lanes; i++)
      f_products[32*i +: 32] = f_fp32_mul(a[32*i +: 32], b[32*i +: 32]);
  endfunction

  // Subtraction is addition of the negated operand.
  function automatic [32*Lanes-1:0] f_sums(input [32*Lanes-1:0] a, input [32*Lanes-1:0] b,
                                           input negate);
    for (int i = 0; i < Lanes; i++)
      f_sums[32*i +: 32] = f_fp32_add(a[32*i +: 32], b[32*i +: 32] ^ {negate, 31'd0});
  endfunction

  function automatic [32*Lanes-1:0] f_maxima(input [32*Lanes-1:0] a, input [32*Lanes-1:0] b);
    for (int i = 0; i < Lanes; i++)
      f_maxima[32*i +: 32] = f_fp32_max(a[32*i +: 32], b[32*i +: 32]);
  endfunction

  always_ff @(posedge clk_i) begin
    if (stage_i[0]) begin
      x_0_q <= x_i;
      y_0_q <= y_i;
      z_0_q <= z_i;
    end
    if (stage_i[1]) begin
      x_1_q <= f_converted(x_type_i, x_0_q);
      if (mul_i) y_1_q <= f_converted(y_type_i, y_0_q);
      if (add_i) z_1_q <= f_converted(z_type_i, z_0_q);
    end
    if (stage_i[2]) begin
      x_2_q <= x_1_q;
      z_2_q <= z_1_q;
      if (mul_i) v_2_q <= f_products(x_1_q, y_1_q);
      else v_2_q <= x_1_q;
    end
    if (stage_i[3]) begin
      x_3_q <= x_2_q;
      if (!add_i) v_3_q <= v_2_q;
      else if (addop_i[1]) v_3_q <= f_maxima(v_2_q, z_2_q);
      else v_3_q <= f_sums(v_2_q, z_2_q, addop_i[0]);
    end
  end

  assign x_o = x_3_q;
  assign v_o = v_3_q;
endmodule
`default_nettype wire
