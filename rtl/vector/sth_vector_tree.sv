// Balanced binary tree that combines all lanes of a step, STH_LAT_VECTOR_LEVEL cycles a level.
//
// Pairs (0, 1), (2, 3), ... level by level, a new step every cycle; soon_i and soon_o are high in the
// cycle before valid_i and valid_o; last_i comes out as last_o. One lane passes. Neutral elements for
// lanes that do not count are the caller's business.
`include "sth_assert.svh"
`default_nettype none

module sth_vector_tree #(
  // Lanes, a power of two from 1 to 512.
  parameter int Lanes = 16
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  input  wire                sum_i,    // 1: sum, 0: maximum; stable while steps are inside
  input  wire                soon_i,
  input  wire                valid_i,
  input  wire                last_i,   // of its row
  input  wire [32*Lanes-1:0] data_i,
  output wire                soon_o,
  output wire                valid_o,
  output wire                last_o,
  output wire [31:0]         data_o
);
  `include "sth_spec.svh"

  localparam int Levels = $clog2(Lanes);
  localparam int Depth = STH_LAT_VECTOR_LEVEL * Levels;

  // valid[s + 1]: a step enters stage s, in the next cycle if s is -1.
  wire [Depth+1:0] valid;

  if (Levels == 0) begin : gen_one
    wire unused_clock = clk_i || rst_ni || sum_i;
    assign valid = {valid_i, soon_i};
    assign last_o = last_i;
    assign data_o = data_i;
  end else begin : gen_tree
    logic [Depth:1] valid_q, last_q;

    always_ff @(posedge clk_i) begin
      if (!rst_ni) valid_q <= '0;
      else valid_q <= valid[Depth:1];
    end
    always_ff @(posedge clk_i) last_q <= {last_q[Depth-1:1], last_i};

    assign valid = {valid_q, valid_i, soon_i};
    assign last_o = last_q[Depth];
    assign data_o = gen_level[Levels-1].value;
  end

  for (genvar l = 0; l < Levels; l++) begin : gen_level
    localparam int Nodes = Lanes >> (l + 1);
    localparam int Group = (Nodes < 4) ? Nodes : 4;
    wire [64*Nodes-1:0] pairs;
    wire [32*Nodes-1:0] value;

    if (l == 0) begin : gen_leaves
      assign pairs = data_i;
    end else begin : gen_inner
      assign pairs = gen_level[l-1].value;
    end

    for (genvar n = 0; n < Nodes; n = n + Group) begin : gen_nodes
      sth_vector_node #(.Nodes(Group)) u_nodes (
        .clk_i,
        .valid_i(valid[3*l+1 +: 3]),
        .sum_i,
        .pairs_i(pairs[64*n +: 64*Group]),
        .y_o(value[32*n +: 32*Group])
      );
    end
  end

  assign soon_o = valid[Depth];
  assign valid_o = valid[Depth+1];

  `STH_ASSERT_STAYS(OperationStays, valid[Depth+1:1] != '0, sum_i)

  initial if (STH_LAT_VECTOR_LEVEL != 3) $error("VECTOR_LEVEL is not the depth of sth_vector_node");
endmodule
`default_nettype wire
