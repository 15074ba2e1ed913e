// The matrix engine: acc[m][n] (+)= sum over k of a[m][k] * w[k][n].
//
// Three stages follow one another through the commands held: the weight loader
// (one tile ahead), the activation stream, and the accumulation of the sums
// that leave the array.  A command is accepted as soon as the loader has no
// other tile after the one it is loading, so that commands run back to back.
// SYNC commands pass through all stages, a cycle in each, and write nothing.
//
// A lane of depth has 16 bits, one bf16 or two int8 (the even one in the low
// byte); tiles are ArrayRows >> HALVES lanes deep, and types differ in nothing else here.
//
// With S = lanes of the tile (north) or its columns (west) cycles to load it, granted
// reads, and all times in cycles:
//   first weight step of a tile   max(last step of the tile before + 1, last
//                                 row of the tile two before + 1, grant + 1)
//   last weight step              first step + S - 1 + denied reads
//   first row of a tile           max(last row of the tile before + 1, last
//                                 weight step + 1, first row of the tile before
//                                 + MATRIX_SUM), later where sums overlap
//   last row                      first row + M - 1
//   retirement                    last row of the last tile + PE_SUM * R + C +
//                                 MATRIX_RETIRE
//
// It does not wait for semaphores, check fields, or arbitrate memories.
`include "sth_assert.svh"
`default_nettype none

module sth_matrix #(
  // Array size: powers of two, 4 to 512.
  parameter int ArrayRows = 16,
  parameter int ArrayCols = 16,
  // Capacity of the accumulator in bytes: any number of rows.
  parameter int AccBytes = 65536,
  // Operands that commands may have: a sum of STH_DATA_TYPE_*.
  parameter int DataTypes = 3,
  // Whether retirements tell co-simulation their start and their digest: 0 or 1.
  parameter int Events = 0,
  localparam int WordBytes = (2 * ArrayRows > 4 * ArrayCols) ? 2 * ArrayRows : 4 * ArrayCols,
  localparam int AccRows = AccBytes / (4 * ArrayCols),
  localparam int AccAddrWidth = $clog2(AccRows)
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic [            63:0] cycle_i,

  // Commands whose waits are satisfied.
  input  logic                    cmd_valid_i,
  output logic                    cmd_ready_o,
  input  logic [           511:0] cmd_i,
  input  logic [            31:0] cmd_index_i,

  // Retirement, in order; one cycle each.
  output logic                    retire_valid_o,
  output logic [            31:0] retire_index_o,
  output logic [            15:0] retire_post_o,
  output logic                    retire_irq_o,
  output logic [            63:0] retire_start_o,
  output logic [            31:0] retire_digest_o,

  output logic                    busy_o,

  // Counters.
  output logic                    stream_o,        // a row enters the array
  output logic                    weight_stall_o,  // a tile waits for its weights
  output logic [            47:0] macs_o,          // of the command that retires

  // Scratchpad: activations (always granted) and weights.
  output logic                    a_req_o,
  output logic [            27:0] a_addr_o,
  input  logic [ 8*WordBytes-1:0] a_rdata_i,
  output logic                    w_req_o,
  output logic [            27:0] w_addr_o,
  input  logic                    w_gnt_i,
  input  logic [ 8*WordBytes-1:0] w_rdata_i,

  // Accumulator.
  output logic                    m_ren_o,
  output logic [AccAddrWidth-1:0] m_raddr_o,
  input  logic [ArrayCols*32-1:0] m_rdata_i,
  output logic                    m_wen_o,
  output logic [AccAddrWidth-1:0] m_waddr_o,
  output logic [ArrayCols*32-1:0] m_wdata_o,
  output logic [   ArrayCols-1:0] m_wmask_o
);
`include "sth_spec.svh"
`include "sth_tile_lanes.svh"

  localparam int StepWidth = $clog2((ArrayRows > ArrayCols) ? ArrayRows : ArrayCols);
  localparam int DepthWidth = $clog2(ArrayRows) + 1;
  localparam int ExitWidth = $clog2($clog2(ArrayRows));

  // Commands.
  logic push, full, empty, load_valid, load_newest, load_done;
  logic stream_valid, stream_done, sum_valid, sum_done, retire;
  logic [511:0] load_cmd, stream_cmd, sum_cmd;

  // Whether a command has at most one tile: known beforehand, as whether the engine is ready hangs
  // on it.
  logic push_single, load_single;

  assign push_single =
      cmd_i[STH_ANY_OPCODE_LSB+:STH_ANY_OPCODE_WIDTH] != STH_ANY_OPCODE_WIDTH'(STH_OP_MATMUL) ||
      (cmd_i[STH_MATMUL_N_LSB+:16] <= 16'(ArrayCols) &&
       f_in_tile(cmd_i[STH_MATMUL_HALVES_LSB+:STH_MATMUL_HALVES_WIDTH],
                 !cmd_i[STH_MATMUL_BF16_LSB], cmd_i[STH_MATMUL_K_LSB+:16]));

  assign cmd_ready_o = !full && (!load_valid || (load_newest && load_last));
  assign push        = cmd_valid_i && cmd_ready_o;
  assign busy_o      = !empty;

  sth_matrix_commands #(.Depth(STH_DEPTH_MATRIX_COMMANDS), .Events(Events)) u_commands (
    .clk_i,
    .rst_ni,
    .push_i        (push),
    .push_cmd_i    (cmd_i),
    .push_single_i (push_single),
    .push_index_i  (cmd_index_i),
    .push_start_i  (cycle_i),
    .full_o        (full),
    .empty_o       (empty),
    .load_valid_o  (load_valid),
    .load_newest_o (load_newest),
    .load_cmd_o    (load_cmd),
    .load_single_o (load_single),
    .load_done_i   (load_done),
    .stream_valid_o(stream_valid),
    .stream_cmd_o  (stream_cmd),
    .stream_done_i (stream_done),
    .sum_valid_o   (sum_valid),
    .sum_cmd_o     (sum_cmd),
    .sum_done_i    (sum_done),
    .retire_post_o,
    .retire_irq_o,
    .retire_index_o,
    .retire_start_o,
    .retire_i      (retire)
  );

  assign retire_valid_o = retire;

  // Tiles that are loaded and not streamed to their end, at most one a bank.
  logic [1:0] tiles_q;
  logic [DepthWidth-1:0] depth0_q, depth1_q, tile_depth;
  logic [1:0] last_k_q, last_q, meets_q;
  logic tile_loaded, tile_done, load_bank, load_last_k, load_last, load_meets, stream_bank;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) tiles_q <= 2'd0;
    else tiles_q <= tiles_q + {1'b0, tile_loaded} - {1'b0, tile_done};
    if (tile_loaded) begin
      if (load_bank) depth1_q <= tile_depth;
      else depth0_q <= tile_depth;
      last_k_q[load_bank] <= load_last_k;
      last_q[load_bank]   <= load_last;
      meets_q[load_bank]  <= load_meets;
    end
  end

  // Array inputs.
  logic wt_valid, wt_west, wt_bank, act_valid, act_bf16, act_bank, sum_next;
  logic [StepWidth-1:0] wt_step;
  logic [ExitWidth-1:0] act_exit;
  logic [ArrayRows-1:0] wt_used;
  logic [ArrayCols*16-1:0] wt_north;
  logic [ArrayRows*16-1:0] wt_from_west, act;
  logic [ArrayCols*32-1:0] sum;

  sth_weight_loader #(
    .ArrayRows(ArrayRows), .ArrayCols(ArrayCols), .WordBytes(WordBytes), .AccRows(AccRows)
  ) u_loader (
    .clk_i,
    .rst_ni,
    .cmd_valid_i    (load_valid),
    .cmd_i          (load_cmd),
    .cmd_single_i   (load_single),
    .cmd_done_o     (load_done),
    .bank_free_i    (!tiles_q[1]),
    .tile_loaded_o  (tile_loaded),
    .tile_bank_o    (load_bank),
    .tile_depth_o   (tile_depth),
    .tile_last_k_o  (load_last_k),
    .tile_last_o    (load_last),
    .tile_meets_o   (load_meets),
    .w_req_o,
    .w_addr_o,
    .w_gnt_i,
    .w_rdata_i,
    .wt_valid_o     (wt_valid),
    .wt_west_o      (wt_west),
    .wt_bank_o      (wt_bank),
    .wt_step_o      (wt_step),
    .wt_used_o      (wt_used),
    .wt_north_o     (wt_north),
    .wt_from_west_o (wt_from_west)
  );

  sth_matrix_stream #(
    .ArrayRows(ArrayRows), .WordBytes(WordBytes)
  ) u_stream (
    .clk_i,
    .rst_ni,
    .cmd_valid_i  (stream_valid),
    .cmd_i        (stream_cmd),
    .cmd_done_o   (stream_done),
    .tile_ready_i (tiles_q != 2'd0),
    .tile_depth_i (stream_bank ? depth1_q : depth0_q),
    .tile_last_k_i(last_k_q[stream_bank]),
    .tile_last_i  (last_q[stream_bank]),
    .tile_meets_i (meets_q[stream_bank]),
    .tile_bank_o  (stream_bank),
    .tile_done_o  (tile_done),
    .tile_wait_o  (weight_stall_o),
    .a_req_o,
    .a_addr_o,
    .a_rdata_i,
    .act_valid_o  (act_valid),
    .act_bf16_o   (act_bf16),
    .act_bank_o   (act_bank),
    .act_exit_o   (act_exit),
    .act_o        (act)
  );

  assign stream_o = a_req_o;

  sth_pe_array #(
    .Rows(ArrayRows), .Cols(ArrayCols), .DataTypes(DataTypes)
  ) u_array (
    .clk_i,
    .rst_ni,
    .act_valid_i   (act_valid),
    .act_bf16_i    (act_bf16),
    .act_bank_i    (act_bank),
    .act_exit_i    (act_exit),
    .act_i         (act),
    .wt_valid_i    (wt_valid),
    .wt_west_i     (wt_west),
    .wt_bank_i     (wt_bank),
    .wt_step_i     (wt_step),
    .wt_used_i     (wt_used),
    .wt_north_i    (wt_north),
    .wt_from_west_i(wt_from_west),
    .sum_next_o    (sum_next),
    .sum_o         (sum)
  );

  sth_matrix_accumulate #(
    .ArrayRows(ArrayRows), .ArrayCols(ArrayCols), .AccRows(AccRows), .DataTypes(DataTypes),
    .Events(Events)
  ) u_accumulate (
    .clk_i,
    .rst_ni,
    .cmd_valid_i(sum_valid),
    .cmd_i      (sum_cmd),
    .cmd_done_o (sum_done),
    .sum_next_i (sum_next),
    .sum_i      (sum),
    .m_ren_o,
    .m_raddr_o,
    .m_rdata_i,
    .m_wen_o,
    .m_waddr_o,
    .m_wdata_o,
    .m_wmask_o,
    .retire_o   (retire),
    .digest_o   (retire_digest_o),
    .macs_o
  );

  // The stream reads a bank that a tile holds.
  `STH_ASSERT(StreamFindsTile, tile_done -> tiles_q != 2'd0)

  initial begin
    if (ArrayRows < 4 || ArrayRows > 512 || (ArrayRows & (ArrayRows - 1)) != 0)
      $error("sth_matrix: ArrayRows must be a power of two from 4 to 512");
    if (ArrayCols < 4 || ArrayCols > 512 || (ArrayCols & (ArrayCols - 1)) != 0)
      $error("sth_matrix: ArrayCols must be a power of two from 4 to 512");
    if (AccRows < 4 || AccBytes != 4 * ArrayCols * AccRows)
      $error("sth_matrix: AccBytes must be a whole number >= 4 of accumulator rows");
    // Read, edge register, PE (its hops count apart), exit, three stages of the sum, write.
    if (STH_LAT_MATRIX_RETIRE != STH_LAT_READ + STH_LAT_PE - STH_LAT_PE_SUM + 1 + 3 + 1)
      $error("sth_matrix: MATRIX_RETIRE differs from the pipeline");
    if (STH_LAT_MATRIX_SUM != STH_LAT_READ + 3 + 1)
      $error("sth_matrix: MATRIX_SUM differs from the pipeline");
    if (STH_LAT_MATRIX_SYNC != STH_LAT_MATRIX_LOAD + STH_LAT_READ + 3 + 1)
      $error("sth_matrix: MATRIX_SYNC differs from the pipeline");
  end
endmodule

`default_nettype wire
