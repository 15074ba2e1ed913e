// Write side of the vector engine: waits for the ports, knows the destination addresses and adds up
// the digest.
//
// Results and rows of reductions come out of a datapath that cannot stall; both land in FIFOs whose
// slots were reserved at launch. Results go to the accumulator or the scratchpad, reductions always
// to the accumulator and before results, so that the last one is never late. done_o is high in the
// cycle of the command's last granted write.
`include "sth_assert.svh"
`default_nettype none

module sth_vector_write #(
  // Lanes, a power of two from 4 to 512.
  parameter int Lanes = 16,
  // Bytes of a scratchpad word: a power of two, at least 4 * Lanes.
  parameter int WordBytes = 64,
  // Row-tiles and rows of reductions between launch and write; any number from 2.
  parameter int WriteDepth = 32,
  parameter int ReduceDepth = 4,
  localparam int LaneBits = $clog2(Lanes)
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
  // Results: one element a lane, in the low bits.
  input  wire                   result_valid_i,
  input  wire [32*Lanes-1:0]    result_i,
  // Rows of reductions.
  input  wire                   reduced_valid_i,
  input  wire                   reduced_last_i,
  input  wire [Lanes-1:0]       reduced_mask_i,
  input  wire [32*Lanes-1:0]    reduced_i,
  // Ports.
  output wire                   acc_wreq_o,
  output wire [27:0]            acc_waddr_o,
  output wire [32*Lanes-1:0]    acc_wdata_o,
  output wire [Lanes-1:0]       acc_wmask_o,
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

  // Blocks of Lanes bytes: the unit in which chunks are placed in a scratchpad word.
  localparam int Blocks = WordBytes / Lanes;
  localparam int PosBits = $clog2(Blocks);

  logic write_left_q, reduce_left_q;
  logic [27:0] r_addr_q;

  // Results.
  wire result_valid, result_pop;
  wire [32*Lanes-1:0] result;
  sth_credit_fifo #(.Width(32 * Lanes), .Depth(WriteDepth)) u_results (
    .clk_i, .rst_ni,
    .reserve_i(write_reserve_i),
    .room_o(write_room_o),
    .push_i(result_valid_i),
    .push_data_i(result_i),
    .pop_valid_o(result_valid),
    .pop_ready_i(result_pop),
    .pop_data_o(result)
  );

  wire [LaneBits-1:0] lane;
  wire tile_last, row_last;
  wire unused_first, unused_group, unused_moves;
  wire [LaneBits:0] unused_reach;
  wire [LaneBits:0] active;
  sth_vector_walk #(.Lanes(Lanes)) u_walk (
    .clk_i, .rst_ni, .start_i,
    .next_i(result_pop),
    .rows_i, .cols_i,
    .mask_i(1'b0),
    .mask_offset_i(20'd0),
    .lane_o(lane),
    .tile_first_o(unused_first),
    .tile_last_o(tile_last),
    .group_last_o(unused_group),
    .row_last_o(row_last),
    .active_o(active),
    .reach_o(unused_reach)
  );

  wire [27:0] d_addr;
  sth_vector_addr #(.Lanes(Lanes)) u_addr (
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

  wire [32*Lanes-1:0] chunk;
  wire [4*Lanes-1:0] chunk_mask;
  sth_vector_pack #(.Lanes(Lanes)) u_pack (
    .type_i(d_type_i),
    .active_i(active),
    .raw_i(result),
    .chunk_o(chunk),
    .mask_o(chunk_mask)
  );

  // Reductions.
  wire reduced_valid, reduced_pop, reduced_last;
  wire [Lanes-1:0] reduced_mask;
  wire [32*Lanes-1:0] reduced;
  sth_credit_fifo #(.Width(33 * Lanes + 1), .Depth(ReduceDepth)) u_reductions (
    .clk_i, .rst_ni,
    .reserve_i(reduce_reserve_i),
    .room_o(reduce_room_o),
    .push_i(reduced_valid_i),
    .push_data_i({reduced_last_i, reduced_mask_i, reduced_i}),
    .pop_valid_o(reduced_valid),
    .pop_ready_i(reduced_pop),
    .pop_data_o({reduced_last, reduced_mask, reduced})
  );

  // Accumulator port. Accumulator results are four bytes a lane, so one mask bit in four tells.
  wire [Lanes-1:0] result_mask;
  for (genvar i = 0; i < Lanes; i++) begin : gen_mask
    assign result_mask[i] = chunk_mask[4*i];
  end

  assign acc_wreq_o = reduced_valid || (result_valid && !d_sp_i);
  assign acc_waddr_o = reduced_valid ? r_addr_q : d_addr;
  assign acc_wdata_o = reduced_valid ? reduced : result;
  assign acc_wmask_o = reduced_valid ? reduced_mask : result_mask;

  // Scratchpad port: the chunk repeated over the word, the mask where it belongs.
  wire [PosBits-1:0] pos = d_addr[LaneBits +: PosBits];
  wire [1:0] size = {d_type_i[1], d_type_i == 2'(STH_DTYPE_BF16)};  // log2 of element bytes
  for (genvar b = 0; b < Blocks; b++) begin : gen_block
    wire here = (PosBits'(b) >> size) == (pos >> size);
    wire [1:0] part = d_type_i[1] ? 2'(b) : size[0] ? {1'b0, 1'(b)} : 2'd0;
    wire [8*Lanes-1:0] data = chunk[{part, {(LaneBits + 3){1'b0}}} +: 8*Lanes];
    wire [Lanes-1:0] mask = chunk_mask[{part, {LaneBits{1'b0}}} +: Lanes];
    assign sp_wdata_o[8*Lanes*b +: 8*Lanes] = data;
    assign sp_wmask_o[Lanes*b +: Lanes] = here ? mask : '0;
  end
  assign sp_wreq_o = result_valid && d_sp_i;
  assign sp_waddr_o = d_addr;

  assign reduced_pop = reduced_valid && acc_wgnt_i;
  assign result_pop = result_valid && (d_sp_i ? sp_wgnt_i : acc_wgnt_i && !reduced_valid);

  // Digest: both ports may write in one cycle.
  wire acc_write = acc_wreq_o && acc_wgnt_i;
  wire sp_write = sp_wreq_o && sp_wgnt_i;
  wire [31:0] acc_digest, sp_digest;
  sth_digest #(.Lanes(Lanes), .MaskBits(1)) u_acc_digest (
    .en_i(acc_write),
    .lane_i(15'(acc_waddr_o << LaneBits)),
    .data_i(acc_wdata_o),
    .mask_i(acc_wmask_o),
    .digest_o(acc_digest)
  );
  sth_digest #(.Lanes(Lanes)) u_sp_digest (
    .en_i(sp_write),
    .lane_i(sp_waddr_o[16:2]),
    .data_i(chunk),
    .mask_i(chunk_mask),
    .digest_o(sp_digest)
  );

  logic [31:0] digest_q;
  always_ff @(posedge clk_i) digest_q <= start_i ? 32'd0 : digest_q ^ acc_digest ^ sp_digest;

  wire write_end = result_pop && tile_last && row_last;
  wire reduce_end = reduced_pop && reduced_last;

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

  always_ff @(posedge clk_i) begin
    if (start_i) r_addr_q <= r_addr_i;
    else if (reduced_pop) r_addr_q <= r_addr_q + 28'd1;
  end

  assign done_o = (write_left_q || reduce_left_q) && (!write_left_q || write_end) &&
                  (!reduce_left_q || reduce_end);
  assign digest_o = digest_q;

  `STH_ASSERT(StartsDone, start_i -> !write_left_q && !reduce_left_q)
  // What is written is owed by the command, and no more.
  `STH_ASSERT(ResultIsOwed, result_valid -> write_left_q)
  `STH_ASSERT(ReductionIsOwed, reduced_valid -> reduce_left_q)
  // A write that is denied repeats; on the accumulator a reduction may go before a result.
  `STH_ASSERT_NEXT(AccWriteStays, acc_wreq_o && !acc_wgnt_i, acc_wreq_o)
  `STH_ASSERT_STAYS(SpWriteStays, sp_wreq_o && !sp_wgnt_i, {sp_wreq_o, sp_waddr_o})
  `STH_ASSERT(GrantsAreAsked, !(acc_wgnt_i && !acc_wreq_o) && !(sp_wgnt_i && !sp_wreq_o))
endmodule
`default_nettype wire
