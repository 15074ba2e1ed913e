// Row reductions of the vector engine: lane tree, partial values over the steps of a row, and
// packing of the rows' results into accumulator rows.
//
// A row's carried value is delivered when its first row-tile enters the datapath and waits here.
// Results of Cols rows (fewer at the end of the command) leave as one accumulator row with a lane
// mask. Room for it must have been reserved by the caller; there is no back-pressure.
`include "sth_assert.svh"
`default_nettype none

module sth_vector_reduce #(
  // Columns of a row-tile and lanes of an accumulator row, a power of two from 4 to 512.
  parameter int Cols = 16,
  // Lanes, a power of two that is no more than Cols.
  parameter int Lanes = 16,
  // Lanes that take turns in a function unit: 1, 2 or 4.
  parameter int Share = 4,
  // Cycles from carry_push_i to valid_i of a row-tile's first step, without a function.
  parameter int Lag = 11
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  input  wire                start_i,
  // The command.
  input  wire [15:0]         cols_i,
  input  wire [1:0]          reduce_i,
  input  wire                carry_i,
  // Old value of a row, pushed in row order.
  input  wire                carry_push_i,
  input  wire [31:0]         carry_data_i,
  // Lanes of one step and whether they count, soon_i one cycle before; position of the step.
  input  wire                soon_i,
  input  wire                valid_i,
  input  wire [32*Lanes-1:0] data_i,
  input  wire [Lanes-1:0]    keep_i,
  input  wire                step_last_i,   // last step of its row
  input  wire                group_last_i,  // and of the group of rows
  input  wire                row_last_i,
  // A row of results; last_o: the command's last.
  output wire                valid_o,
  output wire                last_o,
  output wire [Cols-1:0]     mask_o,
  output wire [32*Cols-1:0]  data_o
);
  `include "sth_spec.svh"

  localparam int ColBits = $clog2(Cols);
  localparam int TreeDepth = STH_LAT_VECTOR_LEVEL * $clog2(Lanes);
  localparam int RowDepth = TreeDepth + 3 * STH_LAT_VECTOR_LEVEL + 1;
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

  wire step_soon, step_valid, step_last;
  wire [31:0] step;
  sth_vector_tree #(.Lanes(Lanes)) u_tree (
    .clk_i, .rst_ni,
    .sum_i(sum),
    .soon_i,
    .valid_i,
    .last_i(step_last_i),
    .data_i(leaf),
    .soon_o(step_soon),
    .valid_o(step_valid),
    .last_o(step_last),
    .data_o(step)
  );

  // Whether rows end travels beside it all.
  logic [RowDepth-1:0] group_last_q, row_last_q;
  always_ff @(posedge clk_i) begin
    group_last_q <= {group_last_q[RowDepth-2:0], valid_i && group_last_i} & {RowDepth{rst_ni}};
    row_last_q <= {row_last_q[RowDepth-2:0], row_last_i};
  end

  wire group_done = group_last_q[RowDepth-1];

  // Old values on their way, of rows of one step at one a cycle or at one a round of turns in the
  // function units; that of the next row stands before its first step comes.
  localparam int Passing = Lag + TreeDepth;
  localparam int Turning = (Passing + STH_LAT_FUNC) / Share + 2;
  wire carry_room, carry_there;
  wire [31:0] carry_next;
  logic [31:0] carry_q;
  wire first;
  // The first step of a row comes in the next cycle.
  wire carry_pop = step_soon && carry_i && (step_valid ? step_last : first);
  sth_fifo #(.Width(32), .Depth((Passing > Turning) ? Passing : Turning)) u_carries (
    .clk_i, .rst_ni,
    .push_valid_i(carry_push_i),
    .push_ready_o(carry_room),
    .push_data_i(carry_data_i),
    .pop_valid_o(carry_there),
    .pop_ready_i(carry_pop),
    .pop_data_o(carry_next)
  );
  always_ff @(posedge clk_i) if (carry_pop) carry_q <= carry_next;

  // Partials that the columns of a row reach.
  logic [3:0] used_q;
  always_ff @(posedge clk_i) begin
    used_q <= {{1'b0, cols_i} > 17'(3 * Lanes), {1'b0, cols_i} > 17'(2 * Lanes),
               {1'b0, cols_i} > 17'(Lanes), 1'b1};
  end

  wire row_done;
  wire [31:0] result;
  sth_vector_partials u_partials (
    .clk_i, .rst_ni,
    .sum_i(sum),
    .neutral_i(neutral),
    .used_i(used_q),
    .valid_i(step_valid),
    .step_i(step),
    .last_i(step_last),
    .begin_i(carry_i ? carry_q : neutral),
    .first_o(first),
    .done_o(row_done),
    .result_o(result)
  );

  // Results of the group so far; the present one is merged in on the way out.
  logic [ColBits-1:0] lane_q;
  logic [Cols-1:0] mask_q;
  logic [32*Cols-1:0] data_q;
  wire [Cols-1:0] here = Cols'(1) << lane_q;
  wire [32*Cols-1:0] data;
  for (genvar i = 0; i < Cols; i++) begin : gen_pack
    assign data[32*i +: 32] = here[i] ? result : data_q[32*i +: 32];
    always_ff @(posedge clk_i) if (row_done && here[i]) data_q[32*i +: 32] <= result;
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      lane_q <= '0;
      mask_q <= '0;
    end else if (row_done) begin
      lane_q <= lane_q + 1'b1;
      mask_q <= group_done ? '0 : mask_q | here;
    end
  end

  assign valid_o = group_done;
  assign last_o = row_last_q[RowDepth-1];
  assign mask_o = mask_q | here;
  assign data_o = data;

  `STH_ASSERT(CarryFindsPlace, carry_push_i -> carry_room)
  `STH_ASSERT(CarryHasCome, carry_pop -> carry_there)
  `STH_ASSERT(GroupEndsRow, group_done -> row_done)
endmodule
`default_nettype wire
