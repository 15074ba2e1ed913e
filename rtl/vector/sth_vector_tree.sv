// Balanced binary tree that combines all lanes of a row-tile, STH_LAT_VECTOR_LEVEL cycles a level.
//
// Pairs (0, 1), (2, 3), ... level by level, a new tile every cycle; soon_o is high in the cycle
// before valid_o. Neutral elements for lanes that do not count are the caller's business.
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
  output wire                soon_o,
  output wire                valid_o,
  output wire [31:0]         data_o
);
  `include "sth_spec.svh"

  localparam int Levels = $clog2(Lanes);
  localparam int Depth = STH_LAT_VECTOR_LEVEL * Levels;

  // valid[s]: a tile enters stage s.
  logic [Depth:1] valid_q;
  wire [Depth:0] valid = {valid_q, valid_i};

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= '0;
    else valid_q <= valid[Depth-1:0];
  end

  for (genvar l = 0; l < Levels; l++) begin : gen_level
    localparam int Nodes = Lanes >> (l + 1);
    wire [64*Nodes-1:0] pairs;
    wire [32*Nodes-1:0] value;

    if (l == 0) begin : gen_leaves
      assign pairs = data_i;
    end else begin : gen_inner
      assign pairs = gen_level[l-1].value;
    end

    sth_vector_node #(.Nodes(Nodes)) u_nodes (
      .clk_i,
      .valid_i(valid[3*l +: 3]),
      .sum_i,
      .pairs_i(pairs),
      .y_o(value)
    );
  end

  assign soon_o = valid[Depth-1];
  assign valid_o = valid[Depth];
  assign data_o = gen_level[Levels-1].value;

  `STH_ASSERT_STAYS(OperationStays, valid != '0, sum_i)

  initial if (STH_LAT_VECTOR_LEVEL != 3) $error("VECTOR_LEVEL is not the depth of sth_vector_node");
endmodule
`default_nettype wire
