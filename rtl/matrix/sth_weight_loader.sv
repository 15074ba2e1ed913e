// Reads the weight tiles of matrix commands and sends them into the array,
// tile by tile (depth inner, columns outer), one tile ahead of the stream.
//
// A tile takes a step, one a cycle, for each lane of its depth (north: a row of
// weights, or of pairs of int8) or for each of its columns (west: one stored row).
// Lanes beyond the depth are zeroed: from the west they come as zeros, in every
// step of either direction.  Columns beyond the matrix keep what they have.
// Nothing else depends on the type: depth is in lanes.
// A denied read repeats.  A tile starts only when a weight bank is free.
//
// A step of cycle t is at the array's edge in cycle t + READ + 1.  It does not
// wait for semaphores: a command it sees may be read at once.
`include "sth_assert.svh"
`default_nettype none

module sth_weight_loader #(
  // Array size: powers of two, 4 to 512.
  parameter int ArrayRows = 16,
  parameter int ArrayCols = 16,
  // Bytes in a scratchpad word.
  parameter int WordBytes = 64,
  // Rows of the accumulator: any number.
  parameter int AccRows = 1024,
  localparam int AddrWidth = $clog2(AccRows),
  localparam int StepWidth = $clog2((ArrayRows > ArrayCols) ? ArrayRows : ArrayCols),
  localparam int DepthWidth = $clog2(ArrayRows) + 1
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  // The command to load; done in its last step.
  input  logic                    cmd_valid_i,
  input  logic [           511:0] cmd_i,
  input  logic                    cmd_single_i,     // it has one tile, or none
  output logic                    cmd_done_o,

  // Tiles: `loaded` in the last step, with the bank and what the stream must know.
  input  logic                    bank_free_i,
  output logic                    tile_loaded_o,
  output logic                    tile_bank_o,
  output logic [  DepthWidth-1:0] tile_depth_o,     // valid lanes of the activations
  output logic                    tile_last_k_o,    // last depth tile
  output logic                    tile_last_o,      // no other tile of the command follows
  output logic                    tile_meets_o,     // some of its sums are others of the tile before

  // Scratchpad.
  output logic                    w_req_o,
  output logic [            27:0] w_addr_o,
  input  logic                    w_gnt_i,
  input  logic [ 8*WordBytes-1:0] w_rdata_i,

  // Array.
  output logic                    wt_valid_o,
  output logic                    wt_west_o,
  output logic                    wt_bank_o,
  output logic [   StepWidth-1:0] wt_step_o,
  output logic [   ArrayRows-1:0] wt_used_o,        // rows of the depth
  output logic [ArrayCols*16-1:0] wt_north_o,
  output logic [ArrayRows*16-1:0] wt_from_west_o
);
`include "sth_spec.svh"
`include "sth_tile_lanes.svh"

  localparam int OffsetWidth = $clog2(WordBytes);

  // Fields of the command.
  logic matmul, bf16, west;
  logic [STH_MATMUL_HALVES_WIDTH-1:0] halves;
  logic [15:0] cmd_n, cmd_k, cmd_lanes;
  logic [27:0] cmd_w, w_row, w_k, w_n;
  logic [AddrWidth-1:0] cmd_acc, acc_n;
  logic [AddrWidth:0] rows;

  assign matmul = cmd_i[STH_ANY_OPCODE_LSB+:STH_ANY_OPCODE_WIDTH] ==
      STH_ANY_OPCODE_WIDTH'(STH_OP_MATMUL);
  assign bf16   = cmd_i[STH_MATMUL_BF16_LSB];
  assign west   = cmd_i[STH_MATMUL_WEST_LSB];
  assign halves = cmd_i[STH_MATMUL_HALVES_LSB+:STH_MATMUL_HALVES_WIDTH];
  assign cmd_n  = cmd_i[STH_MATMUL_N_LSB+:16];
  assign cmd_k  = cmd_i[STH_MATMUL_K_LSB+:16];
  assign cmd_lanes = bf16 ? cmd_k : {1'b0, cmd_k[15:1]} + 16'(cmd_k[0]);
  assign cmd_w  = cmd_i[STH_MATMUL_W_LSB+: 28];
  assign w_row  = cmd_i[STH_MATMUL_W_ROW_LSB+: 28];
  assign w_k    = cmd_i[STH_MATMUL_W_K_LSB+: 28];
  assign w_n    = cmd_i[STH_MATMUL_W_N_LSB+: 28];
  assign rows   = (AddrWidth + 1)'(cmd_i[STH_MATMUL_M_LSB+:16]);
  assign cmd_acc = cmd_i[STH_MATMUL_ACC_LSB+:AddrWidth];
  assign acc_n  = cmd_i[STH_MATMUL_ACC_N_LSB+:AddrWidth];

  // Walk; `begun_q` tells that the registers belong to this command.
  logic begun_q, bank_q;
  logic [15:0] n_left_q, k_left_q, n_left, k_left;
  logic [27:0] n_base_q, k_base_q, addr_q, n_base, k_base, addr;
  logic [StepWidth-1:0] step_q;
  logic last_step, first_last_k, last_k_q, last_n_q, last_k, last_n, advance;
  logic [StepWidth-1:0] last_k_step, last_n_step;

  assign n_left = begun_q ? n_left_q : cmd_n;
  assign k_left = begun_q ? k_left_q : cmd_lanes;
  assign n_base = begun_q ? n_base_q : cmd_w;
  assign k_base = begun_q ? k_base_q : cmd_w;
  assign addr   = begun_q ? addr_q : cmd_w;

  // Known a tile ahead, or from the command.
  assign first_last_k = f_in_tile(halves, !bf16, cmd_k);
  assign last_k    = begun_q ? last_k_q : first_last_k;
  assign last_n    = begun_q ? last_n_q : cmd_n <= 16'(ArrayCols);
  assign last_k_step = last_k ? StepWidth'(k_left - 16'd1) :
      StepWidth'(ArrayRows - 1) >> halves;
  assign last_n_step = last_n ? StepWidth'(n_left - 16'd1) : StepWidth'(ArrayCols - 1);
  assign last_step   = step_q == (west ? last_n_step : last_k_step);

  assign w_req_o  = cmd_valid_i && matmul && bank_free_i;
  assign w_addr_o = addr;
  assign advance  = w_req_o && w_gnt_i;

  assign tile_loaded_o   = advance && last_step;
  assign tile_bank_o     = bank_q;
  assign tile_depth_o    = DepthWidth'(last_k ? k_left : f_tile_lanes(halves));
  assign tile_last_k_o   = last_k;
  assign tile_last_o     = begun_q ? last_k_q && last_n_q : cmd_single_i;
  assign cmd_done_o      = cmd_valid_i && (!matmul || (tile_loaded_o && tile_last_o));

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      begun_q <= 1'b0;
      bank_q  <= 1'b0;
      step_q  <= '0;
    end else if (advance) begin
      begun_q <= !(last_step && tile_last_o);
      if (last_step) begin
        step_q <= '0;
        bank_q <= !bank_q;
      end else begin
        step_q <= step_q + 1'b1;
      end
    end
    if (advance) begin
      n_left_q <= n_left;
      k_left_q <= k_left;
      n_base_q <= n_base;
      k_base_q <= k_base;
      addr_q   <= addr + w_row;
      last_k_q <= last_k;
      last_n_q <= last_n;
      if (last_step && last_k) begin
        last_k_q <= first_last_k;
        last_n_q <= n_left <= 16'(2 * ArrayCols);
        n_left_q <= n_left - 16'(ArrayCols);
        k_left_q <= cmd_lanes;
        n_base_q <= n_base + w_n;
        k_base_q <= n_base + w_n;
        addr_q   <= n_base + w_n;
      end else if (last_step) begin
        last_k_q <= f_in_tile(halves, 1'b1, k_left);
        k_left_q <= k_left - f_tile_lanes(halves);
        k_base_q <= k_base + w_k;
        addr_q   <= k_base + w_k;
      end
    end
  end

  // Whether the sums of this tile and of the one before share rows, but do not begin with the same
  // one.
  logic [AddrWidth-1:0] acc_q, acc, before_acc_q;
  logic [AddrWidth:0] before_end_q;

  assign acc          = begun_q ? acc_q : cmd_acc;
  assign tile_meets_o = acc != before_acc_q && {1'b0, acc} < before_end_q &&
                        {1'b0, before_acc_q} < {1'b0, acc} + rows;

  always_ff @(posedge clk_i) begin
    if (advance) acc_q <= (last_step && last_k) ? acc + acc_n : acc;
    if (tile_loaded_o) begin
      before_acc_q <= acc;
      before_end_q <= {1'b0, acc} + rows;
    end
  end

  // The step that is read, and the one whose data arrives from the scratchpad.
  logic read_valid_q, read_west_q, read_bank_q;
  logic data_valid_q, data_west_q, data_bank_q;
  logic [StepWidth-1:0] read_step_q, data_step_q;
  logic [DepthWidth-1:0] read_depth_q, data_depth_q;
  logic [OffsetWidth-1:0] read_offset_q, data_offset_q;
  logic [ArrayCols*16-1:0] north;
  logic [ArrayRows*16-1:0] from_west, west_mask;
  logic [ArrayRows-1:0] data_used;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      read_valid_q <= 1'b0;
      data_valid_q <= 1'b0;
    end else begin
      read_valid_q <= advance;
      data_valid_q <= read_valid_q;
    end
    if (advance) begin
      read_west_q   <= west;
      read_bank_q   <= bank_q;
      read_step_q   <= step_q;
      read_depth_q  <= tile_depth_o;
      read_offset_q <= addr[OffsetWidth-1:0];
    end
    if (read_valid_q) begin
      data_west_q   <= read_west_q;
      data_bank_q   <= read_bank_q;
      data_step_q   <= read_step_q;
      data_depth_q  <= read_depth_q;
      data_offset_q <= read_offset_q;
    end
  end

  // A chunk lies at a multiple of its own size.
  assign north =
      w_rdata_i[{data_offset_q & ~(OffsetWidth'(2 * ArrayCols - 1)), 3'd0}+:ArrayCols*16];

  sth_depth_lanes #(.ArrayRows(ArrayRows), .WordBytes(WordBytes)) u_from_west (
    .word_i  (w_rdata_i),
    .offset_i(data_offset_q),
    .lanes_o (from_west)
  );

  for (genvar r = 0; r < ArrayRows; r++) begin : gen_mask
    assign data_used[r]        = DepthWidth'(r) < data_depth_q;
    assign west_mask[r*16+:16] = {16{data_west_q && data_used[r]}};
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) wt_valid_o <= 1'b0;
    else wt_valid_o <= data_valid_q;
    if (data_valid_q) begin
      wt_west_o <= data_west_q;
      wt_bank_o <= data_bank_q;
      wt_step_o <= data_step_q;
      wt_used_o <= data_used;
      wt_from_west_o <= from_west & west_mask;
    end
    if (data_valid_q && !data_west_q) wt_north_o <= north;
  end

  // The stages share one command; each uses only its fields.  A chunk may be the whole word.
  logic unused;
  assign unused = &{1'b0, cmd_i, data_offset_q};

  // A read that is denied repeats.
  `STH_ASSERT_STAYS(ReadStays, w_req_o && !w_gnt_i, {w_req_o, w_addr_o})
  `STH_ASSERT(GrantIsAsked, w_gnt_i -> w_req_o)
  `STH_ASSERT(LoadsFreeBank, advance -> bank_free_i)
  `STH_ASSERT(LastIsKnown, cmd_valid_i && begun_q ->
              last_k == f_in_tile(halves, 1'b0, k_left) && last_n == (n_left <= 16'(ArrayCols)))
  `STH_ASSERT(SingleIsKnown, cmd_valid_i && !begun_q ->
              cmd_single_i == (!matmul || (last_k && last_n)))
  `STH_ASSERT(TileNotEmpty, advance -> n_left != '0 && k_left != '0)

  initial if (STH_LAT_READ != 2) $error("sth_weight_loader: READ differs from the pipeline");
endmodule

`default_nettype wire
