// Purpose: the constants of spec/functions.def, combinational: the factor of a function's argument
// and the coefficients of a polynomial segment for each lane.  It does not choose the
// row: sth_func does.
`default_nettype none

module sth_func_rom #(
  // Lanes, at least 1.
  parameter int Lanes = 1
) (
  input  logic [         3:0] func_i,  // STH_FUNC_*
  output logic [        31:0] prescale_o,
  // The row of each coefficient; rows outside the table read as zero.
  input  logic [10*Lanes-1:0] c0_row_i,
  input  logic [10*Lanes-1:0] c1_row_i,
  input  logic [10*Lanes-1:0] c2_row_i,
  output logic [32*Lanes-1:0] c0_o,
  output logic [32*Lanes-1:0] c1_o,
  output logic [32*Lanes-1:0] c2_o
);
`include "sth_spec.svh"
`include "sth_functions.svh"

  always_comb begin
    case (func_i)
      4'(STH_FUNC_EXP): prescale_o = STH_FCONST_LOG2E;
      4'(STH_FUNC_SIGMOID): prescale_o = STH_FCONST_HALF;
      4'(STH_FUNC_GELU_TANH): prescale_o = STH_FCONST_GELU_HALF_SLOPE;
      default: prescale_o = 32'h3f800000;
    endcase
  end

  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    assign c0_o[32*i+:32] = 32'(func_rows[c0_row_i[10*i+:10]] >> 64);
    assign c1_o[32*i+:32] = 32'(func_rows[c1_row_i[10*i+:10]] >> 32);
    assign c2_o[32*i+:32] = 32'(func_rows[c2_row_i[10*i+:10]]);
  end
endmodule

`default_nettype wire
