// Balanced binary tree that combines all lanes of a row-tile, one level a cycle.
//
// Pairs (0, 1), (2, 3), ... level by level, a new tile every cycle; log2(Lanes) cycles from input
// to output. Neutral elements for lanes that do not count are the caller's business.
`include "sth_assert.svh"
`default_nettype none

module sth_vector_tree #(
  // Lanes, a power of two from 4 to 512.
  parameter int Lanes = 16
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  input  wire                sum_i,    // 1: sum, 0: maximum; stable while tiles are inside
  input  wire                valid_i,
  input  wire [32*Lanes-1:0] data_i,
  output wire                valid_o,
  output wire [31:0]         data_o
);
  localparam int Levels = $clog2(Lanes);

  wire [Levels:0] valid;

  assign valid[0] = valid_i;

  for (genvar l = 0; l < Levels; l++) begin : gen_level
    localparam int Nodes = Lanes >> (l + 1);
    wire [64*Nodes-1:0] pairs;
    wire [32*Nodes-1:0] value;
    logic valid_q;

    if (l == 0) begin : gen_leaves
      assign pairs = data_i;
    end else begin : gen_inner
      assign pairs = gen_level[l-1].value;
    end

    sth_vector_node #(.Nodes(Nodes)) u_nodes (
      .clk_i,
      .en_i(valid[l]),
      .sum_i,
      .pairs_i(pairs),
      .y_o(value)
    );

    always_ff @(posedge clk_i) valid_q <= rst_ni && valid[l];

    assign valid[l+1] = valid_q;
  end

  assign valid_o = valid[Levels];
  assign data_o = gen_level[Levels-1].value;

  `STH_ASSERT_STAYS(OperationStays, valid != '0, sum_i)
endmodule
`default_nettype wire
