// Purpose: every numeric unit on shared operands, for the comparison with the C definition.
`default_nettype none

module sth_numeric_top (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        valid_i,
  input  logic [3:0]  func_i,
  input  logic [1:0]  type_i,
  input  logic        bf16_i,
  input  logic [31:0] a_i,
  input  logic [31:0] b_i,
  output logic [31:0] add_o,
  output logic [31:0] mul_o,
  output logic [31:0] max_o,
  output logic [31:0] acc_o,
  output logic [31:0] pe_o,
  output logic [31:0] to_o,
  output logic [31:0] from_o,
  output logic [31:0] func_o
);
  sth_fp32_add u_add (
    .a_i,
    .b_i,
    .y_o(add_o)
  );

  sth_fp32_mul u_mul (
    .a_i,
    .b_i,
    .y_o(mul_o)
  );

  sth_fp32_max u_max (
    .a_i,
    .b_i,
    .y_o(max_o)
  );

  sth_acc_add u_acc (
    .bf16_i,
    .a_i,
    .b_i,
    .y_o(acc_o)
  );

  sth_pe_mul u_pe (
    .bf16_i,
    .a_i(a_i[15:0]),
    .w_i(b_i[15:0]),
    .p_o(pe_o)
  );

  sth_to_fp32 u_to (
    .type_i,
    .raw_i(a_i),
    .y_o  (to_o)
  );

  sth_from_fp32 u_from (
    .type_i,
    .v_i  (a_i),
    .raw_o(from_o)
  );

  sth_func u_func (
    .clk_i,
    .rst_ni,
    .valid_i,
    .func_i,
    .v_i(a_i),
    .y_o(func_o)
  );
endmodule

`default_nettype wire
