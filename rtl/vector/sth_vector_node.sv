// Sums or maxima of Nodes pairs of fp32 values, in three stages. Pair n is in words 2n and 2n + 1.
//
// valid_i[s]: pairs enter stage s, so the register behind it is loaded; y_o holds the values until
// the next ones arrive. A maximum is found in the first stage and passes through the others.
`default_nettype none

module sth_vector_node #(
  // Pairs, at least 1.
  parameter int Nodes = 1
) (
  input  wire                clk_i,
  input  wire [2:0]          valid_i,
  input  wire                sum_i,    // 1: sum, 0: maximum; stable while values are inside
  input  wire [64*Nodes-1:0] pairs_i,
  output wire [32*Nodes-1:0] y_o
);
  `include "sth_fp32_add.svh"
  `include "sth_fp32_max.svh"

  localparam int Aligned = FpAlignedStride * Nodes;
  localparam int Added = FpAddedStride * Nodes;

  logic [Aligned-1:0] aligned_q;
  logic [Added-1:0] added_q;
  logic [32*Nodes-1:0] y_q;

  function automatic [Aligned-1:0] f_aligned(input [64*Nodes-1:0] pairs);
    for (int n = 0; n < Nodes; n++)
      f_aligned[FpAlignedStride*n +: FpAlignedStride] =
          FpAlignedStride'(f_fp32_add_align(pairs[64*n +: 32], pairs[64*n+32 +: 32]));
  endfunction

  function automatic [Added-1:0] f_added(input [Aligned-1:0] aligned);
    for (int n = 0; n < Nodes; n++)
      f_added[FpAddedStride*n +: FpAddedStride] =
          FpAddedStride'(f_fp32_add_sum(aligned[FpAlignedStride*n +: FpAlignedWidth]));
  endfunction

  function automatic [32*Nodes-1:0] f_sums(input [Added-1:0] added);
    for (int n = 0; n < Nodes; n++)
      f_sums[32*n +: 32] = f_fp32_add_round(added[FpAddedStride*n +: FpAddedWidth]);
  endfunction

  function automatic [32*Nodes-1:0] f_maxima(input [64*Nodes-1:0] pairs);
    for (int n = 0; n < Nodes; n++)
      f_maxima[32*n +: 32] = f_fp32_max(pairs[64*n +: 32], pairs[64*n+32 +: 32]);
  endfunction

  always_ff @(posedge clk_i) begin
    if (valid_i[0]) begin
      if (sum_i) aligned_q <= f_aligned(pairs_i);
      else aligned_q[32*Nodes-1:0] <= f_maxima(pairs_i);
    end
    if (valid_i[1]) begin
      if (sum_i) added_q <= f_added(aligned_q);
      else added_q[32*Nodes-1:0] <= aligned_q[32*Nodes-1:0];
    end
    if (valid_i[2]) begin
      if (sum_i) y_q <= f_sums(added_q);
      else y_q <= added_q[32*Nodes-1:0];
    end
  end

  assign y_o = y_q;
endmodule
`default_nettype wire
