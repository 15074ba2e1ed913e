// One combining step of a reduction: the sum or the maximum of two fp32 values, in a register that
// is loaded while en_i is high.
`default_nettype none

module sth_vector_node (
  input  wire         clk_i,
  input  wire         en_i,
  input  wire         sum_i,
  input  wire  [31:0] a_i,
  input  wire  [31:0] b_i,
  output logic [31:0] y_o
);
  /* verilator no_inline_module */  // one copy of the adder's code instead of one for each node
  `include "sth_fp32_add.svh"
  `include "sth_fp32_max.svh"

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      if (sum_i) y_o <= f_fp32_add(a_i, b_i);
      else y_o <= f_fp32_max(a_i, b_i);
    end
  end
endmodule
`default_nettype wire
