// Balanced binary tree that combines all lanes of a row-tile, one level a cycle.
//
// Pairs (0, 1), (2, 3), ... level by level, a new tile every cycle; log2(Lanes) cycles from input
// to output. Neutral elements for lanes that do not count are the caller's business.
`default_nettype none

module sth_vector_tree #(
  // Lanes, a power of two from 4 to 256.
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
  // Heap order: node n combines 2n and 2n + 1; node 1 is the root and Lanes.. are the leaves.
  wire [64*Lanes-1:32] value;

  assign value[64*Lanes-1:32*Lanes] = data_i;
  assign valid[0] = valid_i;

  for (genvar l = 0; l < Levels; l++) begin : gen_level
    localparam int First = Lanes >> (l + 1);
    logic valid_q;

    for (genvar n = 0; n < First; n++) begin : gen_node
      sth_vector_node u_node (
        .clk_i,
        .en_i(valid[l]),
        .sum_i,
        .a_i(value[32*(2*(First+n)) +: 32]),
        .b_i(value[32*(2*(First+n)+1) +: 32]),
        .y_o(value[32*(First+n) +: 32])
      );
    end

    always_ff @(posedge clk_i) valid_q <= rst_ni && valid[l];

    assign valid[l+1] = valid_q;
  end

  assign valid_o = valid[Levels];
  assign data_o = value[63:32];
endmodule
`default_nettype wire
