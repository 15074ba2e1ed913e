// Vector engine: row operations on accumulator and scratchpad, VectorLanes elements a cycle.
//
// One command at a time. A command is walked row-tile by row-tile (rows outside, tiles of ArrayCols
// columns inside): sth_vector_seq reads the operands, sth_vector_fetch lines them up,
// sth_vector_steps hands them to the lanes, VectorLanes columns a step, sth_vector_lanes computes,
// sth_vector_reduce combines the lanes and sth_vector_write writes. The datapath never stalls; room
// for its results is reserved when a row-tile is launched.
//
// Timing without denied grants, with cmd_valid_i and cmd_ready_o in cycle T0:
//   first operand read   T0 + STH_LAT_VECTOR_START
//   last row-tile leaves first + (sum of the row-tiles' cycles, see sth_vector_seq) - 1
//   last write           that + STH_LAT_VECTOR_PIPE + turns * (ArrayCols / VectorLanes - 1), where
//                        turns is 1, or VectorShare when FUNC is not NONE
//                        (+ STH_LAT_FUNC + VectorShare when FUNC is not NONE)
//                        (+ STH_LAT_VECTOR_REDUCE + STH_LAT_VECTOR_LEVEL * log2(VectorLanes) when
//                        REDUCE is not NONE)
//   retirement           last write + STH_LAT_VECTOR_RETIRE
// SYNC_VECTOR retires in T0 + 1. The next command can be accepted in the cycle of a retirement.
//
// Commands are legal by the checks of the decoder and their waits are satisfied: nothing is checked
// here. The engine has no error of its own.
`include "sth_assert.svh"
`default_nettype none

module sth_vector #(
  // Array columns, which are those of a row-tile: a power of two from 4 to 512.
  parameter int ArrayCols = 16,
  // Lanes: ArrayCols divided by 1, 2 or 4.
  parameter int VectorLanes = ArrayCols,
  // Neighbouring lanes that take turns in one function unit: 1, 2 or 4.
  parameter int VectorShare = 4,
  // Bytes of a scratchpad word: a power of two, at least 4 * ArrayCols.
  parameter int WordBytes = 64,
  // Whether retirements tell co-simulation their start and their digest: 0 or 1.
  parameter int Events = 0
) (
  input  wire                    clk_i,
  input  wire                    rst_ni,
  input  wire [63:0]             cycle_i,
  // Commands.
  input  wire                    cmd_valid_i,
  output wire                    cmd_ready_o,
  input  wire [511:0]            cmd_i,
  input  wire [31:0]             cmd_index_i,
  // Retirement, one cycle.
  output wire                    retire_valid_o,
  output wire [31:0]             retire_index_o,
  output wire [15:0]             retire_post_o,
  output wire                    retire_irq_o,
  output wire [63:0]             retire_start_o,
  output wire [31:0]             retire_digest_o,
  // Holds a started command; high up to the cycle of its retirement.
  output wire                    busy_o,
  // An access waits for a bank.
  output wire                    bank_stall_o,
  // Scratchpad, byte addresses.
  output wire                    sp_req_o,
  output wire [27:0]             sp_addr_o,
  input  wire                    sp_gnt_i,
  input  wire [8*WordBytes-1:0]  sp_rdata_i,
  output wire                    sp_wreq_o,
  output wire [27:0]             sp_waddr_o,
  output wire [8*WordBytes-1:0]  sp_wdata_o,
  output wire [WordBytes-1:0]    sp_wmask_o,
  input  wire                    sp_wgnt_i,
  // Accumulator, row addresses.
  output wire                    acc_req_o,
  output wire [27:0]             acc_addr_o,
  input  wire                    acc_gnt_i,
  input  wire [32*ArrayCols-1:0] acc_rdata_i,
  output wire                    acc_wreq_o,
  output wire [27:0]             acc_waddr_o,
  output wire [32*ArrayCols-1:0] acc_wdata_o,
  output wire [ArrayCols-1:0]    acc_wmask_o,
  input  wire                    acc_wgnt_i
);
  `include "sth_spec.svh"

  localparam int Cols = ArrayCols;
  localparam int Lanes = VectorLanes;
  localparam int ColBits = $clog2(Cols);
  localparam int PosBits = $clog2(WordBytes / Cols);
  // Steps of a row-tile, and lanes that share a function unit, which are a module together.
  localparam int Steps = Cols / Lanes;
  localparam int StepBits = (Steps > 1) ? $clog2(Steps) : 1;
  localparam int Group = (Lanes < VectorShare) ? Lanes : VectorShare;
  localparam int Groups = Lanes / Group;

  // The distance in cycles from the launch of a row-tile to where its first step is at stage select,
  // at the gate (without a function), at the tree and at the write port, and its reduction there.
  localparam int AtSelect = STH_LAT_READ + 1;
  localparam int AtGate = AtSelect + 9;
  localparam int AtTree = AtGate + 2;
  localparam int AtWrite = AtGate + 6;
  localparam int AtReduceWrite = AtTree + STH_LAT_VECTOR_LEVEL * ($clog2(Lanes) + 3) + 3;

  // A slot is reserved from launch to the write. Rows of reductions are at least Cols cycles apart,
  // but for the command's last.
  localparam int WriteDepth =
      (VectorShare == 1) ? STH_DEPTH_VECTOR_RESULTS_ALONE : STH_DEPTH_VECTOR_RESULTS;
  localparam int ReduceDepth =
      (VectorShare == 1) ? STH_DEPTH_VECTOR_SUMS_ALONE : STH_DEPTH_VECTOR_SUMS;

  // -- Command ------------------------------------------------------------------------------------
  logic run_q, start_q, retire_q, sync_q;
  logic [511:0] cmd_q;
  logic [31:0] index_q;
  logic [63:0] began_q;

  wire accept = cmd_valid_i && cmd_ready_o;
  wire is_vector = cmd_i[STH_ANY_OPCODE_LSB +: STH_ANY_OPCODE_WIDTH] == 8'(STH_OP_VECTOR);
  wire done;
  wire [31:0] digest;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      run_q <= 1'b0;
      start_q <= 1'b0;
      retire_q <= 1'b0;
    end else begin
      run_q <= (run_q && !done) || (accept && is_vector);
      start_q <= accept && is_vector;
      retire_q <= done || (accept && !is_vector);
    end
  end

  always_ff @(posedge clk_i) begin
    if (accept) begin
      cmd_q <= cmd_i;
      index_q <= cmd_index_i;
      began_q <= cycle_i;
      sync_q <= !is_vector;
    end
  end

  assign cmd_ready_o = !run_q;
  assign busy_o = run_q || retire_q;
  assign retire_valid_o = retire_q;
  assign retire_index_o = index_q;
  assign retire_post_o = cmd_q[STH_ANY_POST_LSB +: STH_ANY_POST_WIDTH];
  assign retire_irq_o = cmd_q[STH_ANY_IRQ_LSB];
  assign retire_start_o = Events != 0 ? began_q : '0;
  assign retire_digest_o = Events == 0 || sync_q ? 32'd0 : digest;

  // -- Fields -------------------------------------------------------------------------------------
  wire [15:0] rows = cmd_q[STH_VECTOR_ROWS_LSB +: 16];
  wire [15:0] cols = cmd_q[STH_VECTOR_COLS_LSB +: 16];
  wire [3:0] func = cmd_q[STH_VECTOR_FUNC_LSB +: 4];
  wire [1:0] gate = cmd_q[STH_VECTOR_GATE_LSB +: 2];
  wire [1:0] reduce = cmd_q[STH_VECTOR_REDUCE_LSB +: 2];
  wire [2:0] mulsel = cmd_q[STH_VECTOR_MULSEL_LSB +: 3];
  wire [2:0] addsel = cmd_q[STH_VECTOR_ADDSEL_LSB +: 3];
  wire write = cmd_q[STH_VECTOR_WRITE_LSB];
  wire [1:0] x_type = cmd_q[STH_VECTOR_X_TYPE_LSB +: 2];
  wire d_sp = cmd_q[STH_VECTOR_D_SP_LSB];
  wire [27:0] r_addr = {4'd0, cmd_q[STH_VECTOR_R_ADDR_LSB +: 24]};

  wire reducing = reduce != 2'(STH_REDUCE_NONE);
  wire carry = reducing && cmd_q[STH_VECTOR_CARRY_LSB];
  wire y_stream = mulsel == 3'(STH_OPERAND_STREAM);
  wire y_scalar = mulsel == 3'(STH_OPERAND_SCALAR);
  wire z_stream = addsel == 3'(STH_OPERAND_STREAM);
  wire z_scalar = addsel == 3'(STH_OPERAND_SCALAR);
  wire adds = addsel != 3'(STH_OPERAND_NONE);
  wire unit = func != 4'(STH_FUNC_NONE);

  // -- Read ---------------------------------------------------------------------------------------
  wire write_room, reduce_room;
  wire launch, launch_group;
  wire [3:0] acc_capture;
  wire [2:0] sp_capture;
  wire [PosBits-1:0] sp_capture_pos;
  wire launched, launched_first;
  wire [ColBits-1:0] launched_lane;

  sth_vector_seq #(.Cols(Cols), .WordBytes(WordBytes)) u_seq (
    .clk_i, .rst_ni,
    .start_i(start_q),
    .rows_i(rows),
    .cols_i(cols),
    .used_i({carry, z_stream || z_scalar, y_stream || y_scalar, 1'b1}),
    .sp_i({cmd_q[STH_VECTOR_Z_SP_LSB], cmd_q[STH_VECTOR_Y_SP_LSB], cmd_q[STH_VECTOR_X_SP_LSB]}),
    .scalar_i({z_scalar, y_scalar, 1'b0}),
    .addr_i({r_addr, cmd_q[STH_VECTOR_Z_ADDR_LSB +: 28], cmd_q[STH_VECTOR_Y_ADDR_LSB +: 28],
             cmd_q[STH_VECTOR_X_ADDR_LSB +: 28]}),
    .row_i({16'd1, cmd_q[STH_VECTOR_Z_ROW_LSB +: 16], cmd_q[STH_VECTOR_Y_ROW_LSB +: 16],
            cmd_q[STH_VECTOR_X_ROW_LSB +: 16]}),
    .tile_i({16'd0, cmd_q[STH_VECTOR_Z_TILE_LSB +: 16], cmd_q[STH_VECTOR_Y_TILE_LSB +: 16],
             cmd_q[STH_VECTOR_X_TILE_LSB +: 16]}),
    .slot_i(reducing && write && !d_sp),
    .turns_i(unit ? 4'(Steps * VectorShare - 1) : 4'(Steps - 1)),
    .write_room_i(write_room || !write),
    .reduce_room_i(reduce_room || !reducing),
    .acc_req_o, .acc_addr_o, .acc_gnt_i,
    .sp_req_o, .sp_addr_o, .sp_gnt_i,
    .launch_o(launch),
    .launch_group_o(launch_group),
    .acc_capture_o(acc_capture),
    .sp_capture_o(sp_capture),
    .sp_capture_pos_o(sp_capture_pos),
    .launched_o(launched),
    .launched_first_o(launched_first),
    .launched_lane_o(launched_lane)
  );

  logic select_q, select_first_q;
  logic [ColBits-1:0] select_lane_q;
  always_ff @(posedge clk_i) begin
    select_q <= rst_ni && launched;
    if (launched) begin
      select_first_q <= launched_first;
      select_lane_q <= launched_lane;
    end
  end

  wire [32*Cols-1:0] x, y, z;
  wire [1:0] y_type, z_type;
  wire [31:0] carry_data;

  sth_vector_fetch #(.Cols(Cols), .WordBytes(WordBytes)) u_fetch (
    .clk_i, .rst_ni,
    .acc_capture_i(acc_capture),
    .acc_rdata_i,
    .sp_capture_i(sp_capture),
    .sp_capture_pos_i(sp_capture_pos),
    .sp_rdata_i,
    .x_type_i(x_type),
    .y_type_i(cmd_q[STH_VECTOR_Y_TYPE_LSB +: 2]),
    .z_type_i(cmd_q[STH_VECTOR_Z_TYPE_LSB +: 2]),
    .mulsel_i(mulsel),
    .addsel_i(addsel),
    .imm_mul_i(cmd_q[STH_VECTOR_IMM_MUL_LSB +: 32]),
    .imm_add_i(cmd_q[STH_VECTOR_IMM_ADD_LSB +: 32]),
    .lane_i(select_lane_q),
    .x_o(x),
    .y_o(y),
    .z_o(z),
    .y_type_o(y_type),
    .z_type_o(z_type),
    .carry_o(carry_data)
  );

  // -- Compute ------------------------------------------------------------------------------------
  wire step_valid;
  wire [32*Lanes-1:0] x_step, y_step, z_step, u, d;
  // As the lanes say, all groups of them the same.
  wire [Groups-1:0] gate_valid, u_soon, u_valid, d_valid;

  sth_vector_steps #(.Cols(Cols), .Lanes(Lanes)) u_steps (
    .clk_i, .rst_ni,
    .turns_i(unit ? 4'(VectorShare - 1) : 4'd0),
    .valid_i(select_q),
    .x_i(x),
    .y_i(y),
    .z_i(z),
    .valid_o(step_valid),
    .x_o(x_step),
    .y_o(y_step),
    .z_o(z_step)
  );

  // The step at the gate.
  logic [StepBits-1:0] gate_step_q;
  wire gate_step_last = gate_step_q == StepBits'(Steps - 1);
  always_ff @(posedge clk_i) begin
    if (!rst_ni) gate_step_q <= '0;
    else if (gate_valid[0]) gate_step_q <= gate_step_last ? '0 : gate_step_q + 1'b1;
  end

  // Which of its lanes count.
  wire gate_tile_last, gate_group_last, gate_row_last;
  wire [ColBits:0] gate_active, gate_first, gate_end;
  wire [ColBits-1:0] unused_lane;
  wire unused_first;
  sth_vector_walk #(.Cols(Cols)) u_gate_walk (
    .clk_i, .rst_ni,
    .start_i(start_q),
    .next_i(gate_valid[0] && gate_step_last),
    .rows_i(rows),
    .cols_i(cols),
    .lane_o(unused_lane),
    .tile_first_o(unused_first),
    .tile_last_o(gate_tile_last),
    .group_last_o(gate_group_last),
    .row_last_o(gate_row_last),
    .active_o(gate_active)
  );
  sth_vector_mask #(.Cols(Cols)) u_gate_mask (
    .clk_i, .rst_ni,
    .start_i(start_q),
    .next_i(gate_valid[0] && gate_step_last),
    .tile_last_i(gate_tile_last),
    .mask_i(cmd_q[STH_VECTOR_MASK_LSB]),
    .offset_i(cmd_q[STH_VECTOR_MASK_OFFSET_LSB +: 20]),
    .rows_i(cmd_q[STH_VECTOR_MASK_ROWS_LSB +: 12]),
    .window_i(cmd_q[STH_VECTOR_MASK_WINDOW_LSB +: 13]),
    .first_o(gate_first),
    .end_o(gate_end)
  );

  wire [Lanes-1:0] keep;
  for (genvar i = 0; i < Lanes; i++) begin : gen_keep
    wire [ColBits:0] column = (ColBits + 1)'(gate_step_q) * (ColBits + 1)'(Lanes) + (ColBits + 1)'(i);
    assign keep[i] = column < gate_active && column >= gate_first && column < gate_end;
  end

  // What is known at the gate, one and two cycles later.
  localparam int PlaceWidth = Lanes + 3;
  logic [PlaceWidth-1:0] place_1_q, place_2_q;
  always_ff @(posedge clk_i) begin
    place_1_q <= {gate_tile_last && gate_step_last, gate_group_last && gate_step_last, gate_row_last,
                  keep};
    place_2_q <= place_1_q;
  end

  for (genvar g = 0; g < Groups; g++) begin : gen_group
    localparam int First = Group * g;

    sth_vector_lanes #(.Lanes(Group), .Share(VectorShare)) u_lanes (
      .clk_i, .rst_ni,
      .x_type_i(x_type),
      .y_type_i(y_type),
      .z_type_i(z_type),
      .max_i(adds && cmd_q[STH_VECTOR_ADDOP_LSB + 1]),
      .subtract_i(adds && cmd_q[STH_VECTOR_ADDOP_LSB]),
      .unit_i(unit),
      .func_i(func),
      .gate_i(gate),
      .d_type_i(cmd_q[STH_VECTOR_D_TYPE_LSB +: 2]),
      .valid_i(step_valid),
      .x_i(x_step[32*First +: 32*Group]),
      .y_i(y_step[32*First +: 32*Group]),
      .z_i(z_step[32*First +: 32*Group]),
      .gate_valid_o(gate_valid[g]),
      .keep_i(keep[First +: Group]),
      .u_soon_o(u_soon[g]),
      .u_valid_o(u_valid[g]),
      .u_o(u[32*First +: 32*Group]),
      .d_valid_o(d_valid[g]),
      .d_o(d[32*First +: 32*Group])
    );
  end

  wire reduced_valid, reduced_last;
  wire [Cols-1:0] reduced_mask;
  wire [32*Cols-1:0] reduced;
  sth_vector_reduce #(
    .Cols(Cols), .Lanes(Lanes), .Share(VectorShare), .Lag(AtTree - AtSelect)
  ) u_reduce (
    .clk_i, .rst_ni,
    .start_i(start_q),
    .cols_i(cols),
    .reduce_i(reduce),
    .carry_i(carry),
    .carry_push_i(select_q && select_first_q && carry),
    .carry_data_i(carry_data),
    .soon_i(u_soon[0] && reducing),
    .valid_i(u_valid[0] && reducing),
    .data_i(u),
    .keep_i(place_2_q[Lanes-1:0]),
    .step_last_i(place_2_q[Lanes+2]),
    .group_last_i(place_2_q[Lanes+1]),
    .row_last_i(place_2_q[Lanes]),
    .valid_o(reduced_valid),
    .last_o(reduced_last),
    .mask_o(reduced_mask),
    .data_o(reduced)
  );

  // -- Write --------------------------------------------------------------------------------------
  wire result_valid;
  wire [32*Cols-1:0] result;
  sth_vector_collect #(.Cols(Cols), .Lanes(Lanes)) u_collect (
    .clk_i, .rst_ni,
    .valid_i(d_valid[0]),
    .step_i(d),
    .valid_o(result_valid),
    .row_tile_o(result)
  );

  sth_vector_write #(
    .Cols(Cols),
    .WordBytes(WordBytes),
    .WriteDepth(WriteDepth),
    .ReduceDepth(ReduceDepth)
  ) u_write (
    .clk_i, .rst_ni,
    .start_i(start_q),
    .rows_i(rows),
    .cols_i(cols),
    .write_i(write),
    .reduce_i(reducing),
    .d_addr_i(cmd_q[STH_VECTOR_D_ADDR_LSB +: 28]),
    .d_sp_i(d_sp),
    .d_type_i(cmd_q[STH_VECTOR_D_TYPE_LSB +: 2]),
    .d_row_i(cmd_q[STH_VECTOR_D_ROW_LSB +: 16]),
    .d_tile_i(cmd_q[STH_VECTOR_D_TILE_LSB +: 16]),
    .r_addr_i(r_addr),
    .write_reserve_i(launch && write),
    .write_room_o(write_room),
    .reduce_reserve_i(launch_group && reducing),
    .reduce_room_o(reduce_room),
    .result_valid_i(result_valid && write),
    .result_i(result),
    .reduced_valid_i(reduced_valid),
    .reduced_last_i(reduced_last),
    .reduced_mask_i(reduced_mask),
    .reduced_i(reduced),
    .acc_wreq_o, .acc_waddr_o, .acc_wdata_o, .acc_wmask_o, .acc_wgnt_i,
    .sp_wreq_o, .sp_waddr_o, .sp_wdata_o, .sp_wmask_o, .sp_wgnt_i,
    .done_o(done),
    .digest_o(digest)
  );

  assign bank_stall_o = (acc_req_o && !acc_gnt_i) || (sp_req_o && !sp_gnt_i) ||
                        (acc_wreq_o && !acc_wgnt_i) || (sp_wreq_o && !sp_wgnt_i);

  `STH_ASSERT(DoneWhileRunning, done -> run_q)
  `STH_ASSERT(GroupsTogether, ((&gate_valid) || !(|gate_valid)) && ((&d_valid) || !(|d_valid)) &&
                              ((&u_valid) || !(|u_valid)) && ((&u_soon) || !(|u_soon)))

  initial begin
    if (ArrayCols < 4 || ArrayCols > 512 || (ArrayCols & (ArrayCols - 1)) != 0)
      $error("ArrayCols is no power of two from 4 to 512");
    if (VectorLanes != Cols && 2 * VectorLanes != Cols && 4 * VectorLanes != Cols)
      $error("VectorLanes is not ArrayCols divided by 1, 2 or 4");
    if (STH_LAT_VECTOR_START != 2) $error("VECTOR_START: accept, start, first read");
    if (STH_LAT_VECTOR_PIPE != AtWrite) $error("VECTOR_PIPE is not the depth of the pipeline");
    if (STH_LAT_VECTOR_REDUCE + STH_LAT_VECTOR_LEVEL * $clog2(Lanes) != AtReduceWrite - AtWrite)
      $error("VECTOR_REDUCE is not the depth behind the tree");
    if (WriteDepth < AtWrite + 2 || ReduceDepth < AtReduceWrite / Cols + 2)
      $error("VECTOR_RESULTS or VECTOR_SUMS does not cover the pipeline");
    if (STH_LAT_VECTOR_RETIRE != 1) $error("VECTOR_RETIRE: last write, retirement");
    if (STH_LAT_READ != 2) $error("operand data is captured two cycles after the grant");
  end
endmodule
`default_nettype wire
