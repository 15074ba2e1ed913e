// Reads the activation rows of matrix commands and sends them into the array:
// for every weight tile all M rows of its depth tile, one row a cycle.
//
// A tile starts when its weights are loaded, and then never stops: activation
// reads have top priority in the scratchpad.  Elements beyond the depth are zero:
// lanes, and the high byte of the last pair where the number of int8 is odd.
// A row of cycle t is at the array's edge in cycle t + READ + 1.
//
// Sums take MATRIX_SUM cycles to be found by who adds to them.  So a tile starts
// that long after the first row of the tile before, or, if it adds to other rows
// of that tile's sums than row by row, after its last row.
//
// A tile says at which row of the array its sums leave: at the first of 4, 8, 16
// ... rows that has its depth, if the sums before it have left by then and can be
// added to, else no earlier than those.
//
// It does not follow the columns and depth of a command: the weight loader
// tells which tile is the last.
`include "sth_assert.svh"
`default_nettype none

module sth_matrix_stream #(
  // Array rows: a power of two, 4 to 512.
  parameter int ArrayRows = 16,
  // Bytes in a scratchpad word.
  parameter int WordBytes = 64,
  localparam int DepthWidth = $clog2(ArrayRows) + 1,
  localparam int ExitWidth = $clog2($clog2(ArrayRows))
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  // The command to stream; done in its last row.
  input  logic                    cmd_valid_i,
  input  logic [           511:0] cmd_i,
  output logic                    cmd_done_o,

  // The next tile, when its weights are in the array.
  input  logic                    tile_ready_i,
  input  logic [  DepthWidth-1:0] tile_depth_i,
  input  logic                    tile_last_k_i,
  input  logic                    tile_last_i,
  input  logic                    tile_meets_i,  // sums of the tile before, out of step
  output logic                    tile_bank_o,
  output logic                    tile_done_o,
  output logic                    tile_wait_o,   // a tile cannot start

  // Scratchpad; every request is granted.
  output logic                    a_req_o,
  output logic [            27:0] a_addr_o,
  input  logic [ 8*WordBytes-1:0] a_rdata_i,

  // Array.
  output logic                    act_valid_o,
  output logic                    act_bf16_o,
  output logic                    act_bank_o,
  output logic [   ExitWidth-1:0] act_exit_o,    // its sum leaves behind 4 << act_exit_o rows
  output logic [ArrayRows*16-1:0] act_o
);
`include "sth_spec.svh"

  localparam int OffsetWidth = $clog2(WordBytes);

  // Fields of the command.
  logic matmul, bf16, odd;
  logic [15:0] cmd_m;
  logic [27:0] cmd_a, a_row, a_k;

  assign matmul = cmd_i[STH_ANY_OPCODE_LSB+:STH_ANY_OPCODE_WIDTH] ==
      STH_ANY_OPCODE_WIDTH'(STH_OP_MATMUL);
  assign bf16   = cmd_i[STH_MATMUL_BF16_LSB];
  assign odd    = !bf16 && cmd_i[STH_MATMUL_K_LSB];
  assign cmd_m  = cmd_i[STH_MATMUL_M_LSB+:16];
  assign cmd_a  = cmd_i[STH_MATMUL_A_LSB+: 28];
  assign a_row  = cmd_i[STH_MATMUL_A_ROW_LSB+: 28];
  assign a_k    = cmd_i[STH_MATMUL_A_K_LSB+: 28];

  // Walk; `begun_q` tells that the registers belong to this command.
  logic begun_q, bank_q, tile_begun_q;
  logic [15:0] row_q;
  logic [27:0] base_q, addr_q, base;
  logic row_valid, last_row;

  // Cycles that a tile has to wait, counted from the first or the last row of the one before.
  localparam int WaitWidth = $clog2(STH_LAT_MATRIX_SUM);
  logic [WaitWidth-1:0] first_wait_q, last_wait_q, wait_left;

  // Where sums leave: what a tile asks for, and what it gets.  `left_q` are the cycles from now to
  // the first in which a sum may leave behind those on their way.
  localparam int Exits = $clog2(ArrayRows) - 1;
  localparam int LeftWidth = $clog2(STH_LAT_PE_SUM * ArrayRows + STH_LAT_MATRIX_SUM);
  logic [ExitWidth-1:0] own_exit, tile_exit, exit_q;
  logic [LeftWidth-1:0] left_q;

  function automatic [LeftWidth-1:0] f_fall(input [ExitWidth-1:0] leaves);
    f_fall = LeftWidth'(4 * STH_LAT_PE_SUM) << leaves;
  endfunction

  always_comb begin
    own_exit = '0;
    for (int e = 0; e < Exits - 1; e++) begin
      if (tile_depth_i > DepthWidth'(4 << e)) own_exit = ExitWidth'(e + 1);
    end
    tile_exit = (own_exit < exit_q && f_fall(own_exit) < left_q) ? exit_q : own_exit;
    if (tile_begun_q) tile_exit = exit_q;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      exit_q <= '0;
      left_q <= '0;
    end else if (row_valid) begin
      exit_q <= tile_exit;
      left_q <= f_fall(tile_exit) + LeftWidth'(STH_LAT_MATRIX_SUM - 1);
    end else if (left_q != '0) begin
      left_q <= left_q - 1'b1;
    end
  end

  assign wait_left = tile_meets_i ? last_wait_q : first_wait_q;
  assign base      = begun_q ? base_q : cmd_a;
  assign row_valid = cmd_valid_i && matmul && tile_ready_i && (tile_begun_q || wait_left == '0);
  assign last_row  = row_q == cmd_m - 16'd1;

  assign a_req_o     = row_valid;
  assign a_addr_o    = begun_q ? addr_q : cmd_a;
  assign tile_bank_o = bank_q;
  assign tile_done_o = row_valid && last_row;
  assign tile_wait_o = cmd_valid_i && matmul && !row_valid;
  assign cmd_done_o  = cmd_valid_i && (!matmul || (tile_done_o && tile_last_i));

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      begun_q      <= 1'b0;
      bank_q       <= 1'b0;
      tile_begun_q <= 1'b0;
      row_q        <= '0;
      first_wait_q <= '0;
      last_wait_q  <= '0;
    end else begin
      if (row_valid) begin
        begun_q      <= !(last_row && tile_last_i);
        tile_begun_q <= !last_row;
        row_q        <= last_row ? 16'd0 : row_q + 16'd1;
        if (last_row) bank_q <= !bank_q;
      end
      if (row_valid && !tile_begun_q) first_wait_q <= WaitWidth'(STH_LAT_MATRIX_SUM - 1);
      else if (first_wait_q != '0) first_wait_q <= first_wait_q - 1'b1;
      if (row_valid) last_wait_q <= WaitWidth'(STH_LAT_MATRIX_SUM - 1);
      else if (last_wait_q != '0) last_wait_q <= last_wait_q - 1'b1;
    end
    if (row_valid) begin
      base_q <= base;
      addr_q <= a_addr_o + a_row;
      if (last_row) begin
        base_q <= tile_last_k_i ? cmd_a : base + a_k;
        addr_q <= tile_last_k_i ? cmd_a : base + a_k;
      end
    end
  end

  // The row that is read, and the one whose data arrives from the scratchpad.
  logic read_valid_q, read_bf16_q, read_bank_q, read_odd_q;
  logic data_valid_q, data_bf16_q, data_bank_q, data_odd_q;
  logic [DepthWidth-1:0] read_depth_q, data_depth_q;
  logic [ExitWidth-1:0] read_exit_q, data_exit_q;
  logic [OffsetWidth-1:0] read_offset_q, data_offset_q;
  logic [ArrayRows*16-1:0] lanes, mask;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      read_valid_q <= 1'b0;
      data_valid_q <= 1'b0;
    end else begin
      read_valid_q <= row_valid;
      data_valid_q <= read_valid_q;
    end
    if (row_valid) begin
      read_bf16_q   <= bf16;
      read_bank_q   <= bank_q;
      read_odd_q    <= odd && tile_last_k_i;
      read_depth_q  <= tile_depth_i;
      read_exit_q   <= tile_exit;
      read_offset_q <= a_addr_o[OffsetWidth-1:0];
    end
    if (read_valid_q) begin
      data_bf16_q   <= read_bf16_q;
      data_bank_q   <= read_bank_q;
      data_odd_q    <= read_odd_q;
      data_depth_q  <= read_depth_q;
      data_exit_q   <= read_exit_q;
      data_offset_q <= read_offset_q;
    end
  end

  sth_depth_lanes #(.ArrayRows(ArrayRows), .WordBytes(WordBytes)) u_lanes (
    .word_i  (a_rdata_i),
    .offset_i(data_offset_q),
    .lanes_o (lanes)
  );

  for (genvar r = 0; r < ArrayRows; r++) begin : gen_mask
    assign mask[r*16+:8]   = {8{DepthWidth'(r) < data_depth_q}};
    assign mask[r*16+8+:8] = {8{DepthWidth'(r) + DepthWidth'(data_odd_q) < data_depth_q}};
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) act_valid_o <= 1'b0;
    else act_valid_o <= data_valid_q;
    if (data_valid_q) begin
      act_bf16_o <= data_bf16_q;
      act_bank_o <= data_bank_q;
      act_exit_o <= data_exit_q;
      act_o      <= lanes & mask;
    end
  end

  // The stages share one command; each uses only its fields.
  logic unused;
  assign unused = &{1'b0, cmd_i};

  // A tile that has begun never stops.
  `STH_ASSERT_NEXT(TileNeverStops, row_valid && !last_row, row_valid)
  `STH_ASSERT(ExitHasDepth, a_req_o -> (32'd4 << tile_exit) >= 32'(tile_depth_i))
  `STH_ASSERT(StreamsLoadedTile, a_req_o -> tile_ready_i && tile_depth_i != '0)

  initial if (STH_LAT_READ != 2) $error("sth_matrix_stream: READ differs from the pipeline");
endmodule

`default_nettype wire
