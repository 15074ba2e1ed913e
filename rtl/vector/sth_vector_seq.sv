// Read sequencer of the vector engine.
//
// For every row-tile it reads the operands x, y, z and the old reduction (carry) over one
// accumulator and one scratchpad port, each port one chunk a cycle in that order; an operand whose
// address did not move since it was last read is left out. A row-tile leaves (launch_o) in the
// cycle of its last granted read, at the earliest one cycle after the row-tile before it, and only
// when the write side has room and turns_i more cycles have passed. slot_i asks for a second cycle
// in the row-tiles that end a group of Cols rows: the reduction then needs a turn on the accumulator
// write port that the results also use, and so finds one.
//
// Cycles of a row-tile without denied grants:
//   max(1 + turns_i, accumulator reads, scratchpad reads,
//       2 if slot_i and the row-tile ends a group).
//
// Read data is not seen here: the captures say, in the cycle when the data is valid, which operand
// it belongs to.
`include "sth_assert.svh"
`default_nettype none

module sth_vector_seq #(
  // Columns of a row-tile, a power of two from 4 to 512.
  parameter int Cols = 16,
  // Bytes of a scratchpad word: a power of two, at least 4 * Cols.
  parameter int WordBytes = 64,
  localparam int ColBits = $clog2(Cols),
  localparam int PosBits = $clog2(WordBytes / Cols)
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  input  wire                start_i,
  // The command, stable from start_i to its end. Bit 0 x, 1 y, 2 z, 3 carry.
  input  wire [15:0]         rows_i,
  input  wire [15:0]         cols_i,
  input  wire [3:0]          used_i,
  input  wire [2:0]          sp_i,
  input  wire [2:0]          scalar_i,
  input  wire [111:0]        addr_i,
  input  wire [63:0]         row_i,
  input  wire [63:0]         tile_i,
  input  wire                slot_i,
  // Cycles that a row-tile takes at least, less one.
  input  wire [3:0]          turns_i,
  // Room for one more result, for one more row of reductions.
  input  wire                write_room_i,
  input  wire                reduce_room_i,
  // Read requests.
  output wire                acc_req_o,
  output wire [27:0]         acc_addr_o,
  input  wire                acc_gnt_i,
  output wire                sp_req_o,
  output wire [27:0]         sp_addr_o,
  input  wire                sp_gnt_i,
  // The row-tile that leaves in this cycle.
  output wire                launch_o,
  output wire                launch_group_o,  // it ends a group of Cols rows
  // STH_LAT_READ cycles later, with the read data: which operand each port's data is for.
  output wire [3:0]          acc_capture_o,
  output wire [2:0]          sp_capture_o,
  output wire [PosBits-1:0]  sp_capture_pos_o,  // the chunk's place, in Cols bytes of its word
  output wire                launched_o,
  output wire                launched_first_o,  // first tile of its row
  output wire [ColBits-1:0] launched_lane_o    // row modulo Cols
);
  logic active_q;
  // Reads that the present row-tile still waits for.
  logic [3:0] pend_q;
  // First cycle of the present row-tile, and cycles that it still has to take besides this one.
  logic fresh_q;
  logic [3:0] turns_q;
  // What was granted, one cycle ago and two.
  logic [3:0] acc_granted_q, acc_capture_q;
  logic [2:0] sp_granted_q, sp_capture_q;
  logic [PosBits-1:0] sp_granted_pos_q, sp_capture_pos_q;
  logic leaves_q, launched_q, leaves_first_q, launched_first_q;
  logic [ColBits-1:0] leaves_lane_q, launched_lane_q;

  wire [ColBits-1:0] lane;
  wire tile_first, tile_last, group_last, row_last;
  wire [3:0] moves;
  wire [111:0] addr;

  // Oldest wanted read of each port, as one bit.
  wire [3:0] acc_want = pend_q & {1'b1, ~sp_i};
  wire [2:0] sp_want = pend_q[2:0] & sp_i;
  wire [3:0] acc_pick = acc_want & (~acc_want + 4'd1);
  wire [2:0] sp_pick = sp_want & (~sp_want + 3'd1);
  wire [3:0] acc_done = acc_gnt_i ? acc_pick : 4'd0;
  wire [2:0] sp_done = sp_gnt_i ? sp_pick : 3'd0;
  wire [3:0] pend_left = pend_q & ~acc_done & ~{1'b0, sp_done};
  wire room = write_room_i && (reduce_room_i || !group_last);
  wire extra = turns_q != '0 || (slot_i && group_last && fresh_q);
  wire launch = active_q && pend_left == '0 && room && !extra;
  wire last = tile_last && row_last;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      pend_q <= '0;
      fresh_q <= 1'b0;
      turns_q <= '0;
      leaves_q <= 1'b0;
      launched_q <= 1'b0;
      acc_granted_q <= '0;
      acc_capture_q <= '0;
      sp_granted_q <= '0;
      sp_capture_q <= '0;
    end else begin
      leaves_q <= launch;
      launched_q <= leaves_q;
      acc_granted_q <= acc_done;
      acc_capture_q <= acc_granted_q;
      sp_granted_q <= sp_done;
      sp_capture_q <= sp_granted_q;
      fresh_q <= start_i || launch;
      if (start_i || launch) turns_q <= turns_i;
      else if (turns_q != '0) turns_q <= turns_q - 4'd1;
      if (start_i) begin
        active_q <= 1'b1;
        pend_q <= used_i;
      end else if (launch) begin
        active_q <= !last;
        pend_q <= last ? 4'd0 : used_i & moves;
      end else begin
        pend_q <= pend_left;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (launch) begin
      leaves_first_q <= tile_first;
      leaves_lane_q <= lane;
    end
    if (leaves_q) begin
      launched_first_q <= leaves_first_q;
      launched_lane_q <= leaves_lane_q;
    end
    if (sp_done != '0) sp_granted_pos_q <= sp_addr_o[ColBits +: PosBits];
    if (sp_granted_q != '0) sp_capture_pos_q <= sp_granted_pos_q;
  end

  wire [ColBits:0] unused_active;
  sth_vector_walk #(
    .Cols(Cols)
  ) u_walk (
    .clk_i,
    .rst_ni,
    .start_i,
    .next_i(launch),
    .rows_i,
    .cols_i,
    .lane_o(lane),
    .tile_first_o(tile_first),
    .tile_last_o(tile_last),
    .group_last_o(group_last),
    .row_last_o(row_last),
    .active_o(unused_active)
  );

  for (genvar i = 0; i < 4; i++) begin : gen_addr
    wire sp, scalar;
    if (i < 3) begin : gen_operand
      assign sp = sp_i[i];
      assign scalar = scalar_i[i];
    end else begin : gen_carry
      assign sp = 1'b0;
      assign scalar = 1'b1;
    end
    sth_vector_addr #(
      .Cols(Cols)
    ) u_addr (
      .clk_i,
      .rst_ni,
      .start_i,
      .next_i(launch),
      .base_i(addr_i[28*i +: 28]),
      .row_i(row_i[16*i +: 16]),
      .tile_i(tile_i[16*i +: 16]),
      .sp_i(sp),
      .scalar_i(scalar),
      .tile_last_i(tile_last),
      .lane_last_i(&lane),
      .addr_o(addr[28*i +: 28]),
      .moves_o(moves[i])
    );
  end

  assign acc_req_o = acc_want != '0;
  assign acc_addr_o = ({28{acc_pick[0]}} & addr[27:0]) | ({28{acc_pick[1]}} & addr[55:28]) |
                      ({28{acc_pick[2]}} & addr[83:56]) | ({28{acc_pick[3]}} & addr[111:84]);
  assign sp_req_o = sp_want != '0;
  assign sp_addr_o = ({28{sp_pick[0]}} & addr[27:0]) | ({28{sp_pick[1]}} & addr[55:28]) |
                     ({28{sp_pick[2]}} & addr[83:56]);
  assign launch_o = launch;
  assign launch_group_o = launch && group_last;
  assign acc_capture_o = acc_capture_q;
  assign sp_capture_o = sp_capture_q;
  assign sp_capture_pos_o = sp_capture_pos_q;
  assign launched_o = launched_q;
  assign launched_first_o = launched_first_q;
  assign launched_lane_o = launched_lane_q;

  `STH_ASSERT(StartsIdle, start_i -> !active_q)
  // A read that is denied repeats.
  `STH_ASSERT_STAYS(AccReadStays, acc_req_o && !acc_gnt_i, {acc_req_o, acc_addr_o})
  `STH_ASSERT_STAYS(SpReadStays, sp_req_o && !sp_gnt_i, {sp_req_o, sp_addr_o})
  `STH_ASSERT(GrantsAreAsked, !(acc_gnt_i && !acc_req_o) && !(sp_gnt_i && !sp_req_o))
endmodule
`default_nettype wire
