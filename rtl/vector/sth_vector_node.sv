// Combining step of a reduction for Nodes pairs: the sum or the maximum of two fp32 values each, in
// registers that are loaded while en_i is high. Pair n is in words 2n and 2n + 1.
`default_nettype none

module sth_vector_node #(
  // Pairs, at least 1.
  parameter int Nodes = 1
) (
  input  wire                 clk_i,
  input  wire                 en_i,
  input  wire                 sum_i,
  input  wire  [64*Nodes-1:0] pairs_i,
  output logic [32*Nodes-1:0] y_o
);
  `include "sth_fp32_add.svh"
  `include "sth_fp32_max.svh"

  function automatic [32*Nodes-1:0] f_sums(input [64*Nodes-1:0] pairs);
    for (int n = 0; n < Nodes; n++)
      f_sums[32*n +: 32] = f_fp32_add(pairs[64*n +: 32], pairs[64*n+32 +: 32]);
  endfunction

  function automatic [32*Nodes-1:0] f_maxima(input [64*Nodes-1:0] pairs);
    for (int n = 0; n < Nodes; n++)
      f_maxima[32*n +: 32] = f_fp32_max(pairs[64*n +: 32], pairs[64*n+32 +: 32]);
  endfunction

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      if (sum_i) y_o <= f_sums(pairs_i);
      else y_o <= f_maxima(pairs_i);
    end
  end
endmodule
`default_nettype wire
