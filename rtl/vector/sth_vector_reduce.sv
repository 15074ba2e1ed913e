// Row reductions of the vector engine: lane tree, running value over the tiles of a row, and
// packing of the rows' results into accumulator rows.
//
// The running value starts from neutral or from the carried value, which is delivered when the
// row's first tile enters the datapath and waits here. Results of Lanes rows (fewer at the end of
// the command) leave as one accumulator row with a lane mask. Room for it must have been reserved
// by the caller; there is no back-pressure.
`include "sth_assert.svh"
`default_nettype none

module sth_vector_reduce #(
  // Lanes, a power of two from 4 to 512.
  parameter int Lanes = 16,
  // At least the row-tiles between carry_push_i and the running value.
  parameter int CarryDepth = 64
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  input  wire                start_i,
  // The command.
  input  wire [1:0]          reduce_i,
  input  wire                carry_i,
  // Old value of a row, pushed in row order.
  input  wire                carry_push_i,
  input  wire [31:0]         carry_data_i,
  // Lanes of one tile and whether they count; position of the tile.
  input  wire                valid_i,
  input  wire [32*Lanes-1:0] data_i,
  input  wire [Lanes-1:0]    keep_i,
  input  wire                tile_last_i,
  input  wire                group_last_i,
  input  wire                row_last_i,
  // A row of results; last_o: the command's last.
  output wire                valid_o,
  output wire                last_o,
  output wire [Lanes-1:0]    mask_o,
  output wire [32*Lanes-1:0] data_o
);
  `include "sth_spec.svh"

  localparam int LaneBits = $clog2(Lanes);
  localparam int CarryBits = $clog2(CarryDepth);
  localparam logic [31:0] MinusInf = 32'hff800000;

  wire sum = reduce_i == 2'(STH_REDUCE_SUM);
  wire max = reduce_i == 2'(STH_REDUCE_MAX);
  wire [31:0] neutral = max ? MinusInf : 32'd0;

  // Leaves: the tree gates itself by valid_i.
  wire [32*Lanes-1:0] leaf;
  for (genvar i = 0; i < Lanes; i++) begin : gen_leaf
    wire [31:0] lane = data_i[32*i +: 32];
    wire sign = lane[31] && (sum || max);
    assign leaf[32*i +: 32] = keep_i[i] ? {sign, lane[30:0]} : neutral;
  end

  wire tile_valid;
  wire [31:0] tile;
  sth_vector_tree #(.Lanes(Lanes)) u_tree (
    .clk_i, .rst_ni,
    .sum_i(sum),
    .valid_i,
    .data_i(leaf),
    .valid_o(tile_valid),
    .data_o(tile)
  );

  // Position flags travel beside the tree.
  logic [LaneBits-1:0] tile_last_q, group_last_q, row_last_q;
  logic done_q;  // run_q is of the last row

  wire tile_last = tile_last_q[LaneBits-1];
  wire group_last = group_last_q[LaneBits-1];
  wire row_last = row_last_q[LaneBits-1];

  always_ff @(posedge clk_i) begin
    done_q <= row_last;
    tile_last_q <= {tile_last_q[LaneBits-2:0], tile_last_i};
    group_last_q <= {group_last_q[LaneBits-2:0], group_last_i};
    row_last_q <= {row_last_q[LaneBits-2:0], row_last_i};
  end

  // Old values on their way.
  logic [31:0] carry_mem [CarryDepth];
  logic [CarryBits-1:0] carry_wptr_q, carry_rptr_q;
  always_ff @(posedge clk_i) if (carry_push_i) carry_mem[carry_wptr_q] <= carry_data_i;

  // Running value of a row: one addition or maximum a cycle.
  logic first_q;
  wire [31:0] run_q;
  wire [31:0] begin_value = carry_i ? carry_mem[carry_rptr_q] : neutral;
  sth_vector_node u_run (
    .clk_i,
    .en_i(tile_valid),
    .sum_i(sum),
    .pairs_i({tile, first_q ? begin_value : run_q}),
    .y_o(run_q)
  );

  // run_q completes a row, a group of rows.
  logic row_done_q, group_done_q;
  logic [LaneBits-1:0] lane_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      row_done_q <= 1'b0;
      group_done_q <= 1'b0;
      first_q <= 1'b1;
      carry_wptr_q <= '0;
      carry_rptr_q <= '0;
      lane_q <= '0;
    end else begin
      row_done_q <= tile_valid && tile_last;
      group_done_q <= tile_valid && group_last;
      if (tile_valid) first_q <= tile_last;
      if (carry_push_i) carry_wptr_q <= carry_wptr_q + 1'b1;
      if (tile_valid && first_q && carry_i) carry_rptr_q <= carry_rptr_q + 1'b1;
      if (start_i) lane_q <= '0;
      else if (row_done_q) lane_q <= lane_q + 1'b1;
    end
  end

  // Results of the group so far; the present one is merged in on the way out.
  logic [Lanes-1:0] mask_q;
  logic [32*Lanes-1:0] data_q;
  wire [Lanes-1:0] here = Lanes'(1) << lane_q;
  wire [32*Lanes-1:0] data;
  for (genvar i = 0; i < Lanes; i++) begin : gen_pack
    assign data[32*i +: 32] = here[i] ? run_q : data_q[32*i +: 32];
    always_ff @(posedge clk_i) if (row_done_q && here[i]) data_q[32*i +: 32] <= run_q;
  end

  always_ff @(posedge clk_i) begin
    if (start_i) mask_q <= '0;
    else if (row_done_q) mask_q <= group_done_q ? '0 : mask_q | here;
  end

  assign valid_o = group_done_q;
  assign last_o = done_q;
  assign mask_o = mask_q | here;
  assign data_o = data;

  `STH_ASSERT(CarryFindsPlace, carry_push_i -> carry_wptr_q + 1'b1 != carry_rptr_q)
  `STH_ASSERT(CarryHasCome, tile_valid && first_q && carry_i -> carry_wptr_q != carry_rptr_q)
  `STH_ASSERT(GroupEndsRow, tile_valid && group_last -> tile_last)

  initial if (CarryDepth != (1 << CarryBits)) $error("CarryDepth");
endmodule
`default_nettype wire
