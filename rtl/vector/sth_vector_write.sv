// Write side of the vector engine: waits for the ports, knows the destination addresses and adds up
// the digest.
//
// Results and rows of reductions come out of a datapath that cannot stall; both land in FIFOs whose
// slots were reserved at launch, and go from there to a register each, which drives the ports.
// Results go to the accumulator or the scratchpad, reductions always to the accumulator and before
// results, so that the last one is never late. done_o is high in the cycle of the command's last
// granted write.
`include "sth_assert.svh"
`default_nettype none

module sth_vector_write #(
  // Columns of a row-tile, a power of two from 4 to 512.
  parameter int Cols = 16,
  // Bytes of a scratchpad word: a power of two, at least 4 * Cols.
  parameter int WordBytes = 64,
  // Row-tiles and rows of reductions between launch and write; any number from 3.
  parameter int WriteDepth = 24,
  parameter int ReduceDepth = 4,
  localparam int ColBits = $clog2(Cols)
) (
  input  wire                   clk_i,
  input  wire                   rst_ni,
  input  wire                   start_i,
  // The command, stable from start_i to its end.
  input  wire [15:0]            rows_i,
  input  wire [15:0]            cols_i,
  input  wire                   write_i,
  input  wire                   reduce_i,
  input  wire [27:0]            d_addr_i,
  input  wire                   d_sp_i,
  input  wire [1:0]             d_type_i,
  input  wire [15:0]            d_row_i,
  input  wire [15:0]            d_tile_i,
  input  wire [27:0]            r_addr_i,
  // Reservations at launch.
  input  wire                   write_reserve_i,
  output wire                   write_room_o,
  input  wire                   reduce_reserve_i,
  output wire                   reduce_room_o,
  // Results: one element a column, in the low bits of a word.
  input  wire                   result_valid_i,
  input  wire [32*Cols-1:0]    result_i,
  // Rows of reductions.
  input  wire                   reduced_valid_i,
  input  wire                   reduced_last_i,
  input  wire [Cols-1:0]       reduced_mask_i,
  input  wire [32*Cols-1:0]    reduced_i,
  // Ports.
  output wire                   acc_wreq_o,
  output wire [27:0]            acc_waddr_o,
  output wire [32*Cols-1:0]    acc_wdata_o,
  output wire [Cols-1:0]       acc_wmask_o,
  input  wire                   acc_wgnt_i,
  output wire                   sp_wreq_o,
  output wire [27:0]            sp_waddr_o,
  output wire [8*WordBytes-1:0] sp_wdata_o,
  output wire [WordBytes-1:0]   sp_wmask_o,
  input  wire                   sp_wgnt_i,
  output wire                   done_o,
  output wire [31:0]            digest_o   // complete one cycle after done_o
);
  `include "sth_spec.svh"

  // Blocks of Cols bytes: the unit in which chunks are placed in a scratchpad word.
  localparam int Blocks = WordBytes / Cols;
  localparam int PosBits = $clog2(Blocks);

  logic write_left_q, reduce_left_q;

  // -- Results ------------------------------------------------------------------------------------
  // The one at the port; it is replaced when it is written.
  logic out_valid_q, out_last_q;
  logic [27:0] out_addr_q;
  logic [32*Cols-1:0] out_chunk_q;
  logic [4*Cols-1:0] out_mask_q;
  wire out_written;

  wire result_valid;
  wire result_pop = result_valid && (!out_valid_q || out_written);
  wire [32*Cols-1:0] result;
  sth_credit_fifo #(.Width(32 * Cols), .Depth(WriteDepth - 1)) u_results (
    .clk_i, .rst_ni,
    .reserve_i(write_reserve_i),
    .room_o(write_room_o),
    .push_i(result_valid_i),
    .push_data_i(result_i),
    .pop_valid_o(result_valid),
    .pop_ready_i(result_pop),
    .pop_data_o(result)
  );

  wire [ColBits-1:0] lane;
  wire tile_last, row_last;
  wire unused_first, unused_group, unused_moves;
  wire [ColBits:0] active;
  sth_vector_walk #(.Cols(Cols)) u_walk (
    .clk_i, .rst_ni, .start_i,
    .next_i(result_pop),
    .rows_i, .cols_i,
    .lane_o(lane),
    .tile_first_o(unused_first),
    .tile_last_o(tile_last),
    .group_last_o(unused_group),
    .row_last_o(row_last),
    .active_o(active)
  );

  wire [27:0] d_addr;
  sth_vector_addr #(.Cols(Cols)) u_addr (
    .clk_i, .rst_ni, .start_i,
    .next_i(result_pop),
    .base_i(d_addr_i),
    .row_i(d_row_i),
    .tile_i(d_tile_i),
    .sp_i(d_sp_i),
    .scalar_i(1'b0),
    .tile_last_i(tile_last),
    .lane_last_i(&lane),
    .addr_o(d_addr),
    .moves_o(unused_moves)
  );

  wire [32*Cols-1:0] chunk;
  wire [4*Cols-1:0] chunk_mask;
  sth_vector_pack #(.Cols(Cols)) u_pack (
    .type_i(d_type_i),
    .active_i(active),
    .raw_i(result),
    .chunk_o(chunk),
    .mask_o(chunk_mask)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) out_valid_q <= 1'b0;
    else out_valid_q <= result_valid || (out_valid_q && !out_written);

    if (result_pop) begin
      out_last_q <= tile_last && row_last;
      out_addr_q <= d_addr;
      out_chunk_q <= chunk;
      out_mask_q <= chunk_mask;
    end
  end

  // -- Reductions ---------------------------------------------------------------------------------
  logic row_valid_q, row_last_q;
  logic [27:0] r_addr_q;
  logic [Cols-1:0] row_mask_q;
  logic [32*Cols-1:0] row_data_q;
  wire row_written;

  wire reduced_valid, reduced_last;
  wire reduced_pop = reduced_valid && (!row_valid_q || row_written);
  wire [Cols-1:0] reduced_mask;
  wire [32*Cols-1:0] reduced;
  sth_credit_fifo #(.Width(33 * Cols + 1), .Depth(ReduceDepth - 1)) u_reductions (
    .clk_i, .rst_ni,
    .reserve_i(reduce_reserve_i),
    .room_o(reduce_room_o),
    .push_i(reduced_valid_i),
    .push_data_i({reduced_last_i, reduced_mask_i, reduced_i}),
    .pop_valid_o(reduced_valid),
    .pop_ready_i(reduced_pop),
    .pop_data_o({reduced_last, reduced_mask, reduced})
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) row_valid_q <= 1'b0;
    else row_valid_q <= reduced_valid || (row_valid_q && !row_written);

    if (reduced_pop) begin
      row_last_q <= reduced_last;
      row_mask_q <= reduced_mask;
      row_data_q <= reduced;
    end
    if (start_i) r_addr_q <= r_addr_i;
    else if (row_written) r_addr_q <= r_addr_q + 28'd1;
  end

  // -- Ports --------------------------------------------------------------------------------------
  // Accumulator. Its results are four bytes a lane, so one mask bit in four tells.
  wire [Cols-1:0] out_lanes;
  for (genvar i = 0; i < Cols; i++) begin : gen_mask
    assign out_lanes[i] = out_mask_q[4*i];
  end

  assign acc_wreq_o = row_valid_q || (out_valid_q && !d_sp_i);
  assign acc_waddr_o = row_valid_q ? r_addr_q : out_addr_q;
  assign acc_wdata_o = row_valid_q ? row_data_q : out_chunk_q;
  assign acc_wmask_o = row_valid_q ? row_mask_q : out_lanes;

  // Scratchpad: the chunk repeated over the word, the mask where it belongs.
  wire [PosBits-1:0] pos = out_addr_q[ColBits +: PosBits];
  wire [1:0] size = {d_type_i[1], d_type_i == 2'(STH_DTYPE_BF16)};  // log2 of element bytes
  for (genvar b = 0; b < Blocks; b++) begin : gen_block
    wire here = (PosBits'(b) >> size) == (pos >> size);
    wire [1:0] part = d_type_i[1] ? 2'(b) : size[0] ? {1'b0, 1'(b)} : 2'd0;
    wire [8*Cols-1:0] data = out_chunk_q[{part, {(ColBits + 3){1'b0}}} +: 8*Cols];
    wire [Cols-1:0] mask = out_mask_q[{part, {ColBits{1'b0}}} +: Cols];
    assign sp_wdata_o[8*Cols*b +: 8*Cols] = data;
    assign sp_wmask_o[Cols*b +: Cols] = here ? mask : '0;
  end
  assign sp_wreq_o = out_valid_q && d_sp_i;
  assign sp_waddr_o = out_addr_q;

  assign row_written = row_valid_q && acc_wgnt_i;
  assign out_written = out_valid_q && (d_sp_i ? sp_wgnt_i : acc_wgnt_i && !row_valid_q);

  // Digest: both may be written in one cycle.
  wire [31:0] row_digest, out_digest;
  wire [14:0] out_row = 15'(out_addr_q << ColBits);
  wire [14:0] out_lane = d_sp_i ? out_addr_q[16:2] : out_row;
  sth_digest #(.Lanes(Cols), .MaskBits(1)) u_row_digest (
    .en_i(row_written),
    .lane_i(15'(r_addr_q << ColBits)),
    .data_i(row_data_q),
    .mask_i(row_mask_q),
    .digest_o(row_digest)
  );
  sth_digest #(.Lanes(Cols)) u_out_digest (
    .en_i(out_written),
    .lane_i(out_lane),
    .data_i(out_chunk_q),
    .mask_i(out_mask_q),
    .digest_o(out_digest)
  );

  logic [31:0] digest_q;
  always_ff @(posedge clk_i) digest_q <= start_i ? 32'd0 : digest_q ^ row_digest ^ out_digest;

  wire write_end = out_written && out_last_q;
  wire reduce_end = row_written && row_last_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      write_left_q <= 1'b0;
      reduce_left_q <= 1'b0;
    end else if (start_i) begin
      write_left_q <= write_i;
      reduce_left_q <= reduce_i;
    end else begin
      if (write_end) write_left_q <= 1'b0;
      if (reduce_end) reduce_left_q <= 1'b0;
    end
  end

  assign done_o = (write_left_q || reduce_left_q) && (!write_left_q || write_end) &&
                  (!reduce_left_q || reduce_end);
  assign digest_o = digest_q;

  `STH_ASSERT(StartsDone, start_i -> !write_left_q && !reduce_left_q)
  // What is written is owed by the command, and no more.
  `STH_ASSERT(ResultIsOwed, out_valid_q -> write_left_q)
  `STH_ASSERT(ReductionIsOwed, row_valid_q -> reduce_left_q)
  // A write that is denied repeats; on the accumulator a reduction may go before a result.
  `STH_ASSERT_NEXT(AccWriteStays, acc_wreq_o && !acc_wgnt_i, acc_wreq_o)
  `STH_ASSERT_STAYS(SpWriteStays, sp_wreq_o && !sp_wgnt_i, {sp_wreq_o, sp_waddr_o})
  `STH_ASSERT(GrantsAreAsked, !(acc_wgnt_i && !acc_wreq_o) && !(sp_wgnt_i && !sp_wreq_o))
endmodule
`default_nettype wire
