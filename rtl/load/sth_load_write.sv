// Takes read beats from the bus, moves their bytes into place and writes them
// to the scratchpad.
//
// Pipeline of a beat accepted in cycle T, when no bank makes it wait:
//   T    bus handshake, into a two-entry queue
//   T+1  slot lookup, masking, shift to a 32-bit lane boundary
//   T+2  rotation by lanes, digest
//   T+3  scratchpad write request
// While the request waits for a bank the whole pipeline stands still; the
// queue keeps that off the bus's ready.
//
// A beat with an error response is not written but counts as received.  With
// drop_i nothing is written.
`include "sth_assert.svh"
`default_nettype none

module sth_load_write #(
  // Bytes of a bus word: a power of two, 4 to 2048, at most WordBytes.
  parameter int BusBytes = 16,
  // Bytes of a scratchpad word: a power of two, up to 2048.
  parameter int WordBytes = 64,
  // Slots: any number from 2 to 128.
  parameter int Slots = 32,
  localparam int SlotWidth = $clog2(Slots),
  localparam int OffWidth = $clog2(BusBytes),
  localparam int TagWidth = 2
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   drop_i,

  // Bus.
  input  logic                   r_valid_i,
  output logic                   r_ready_o,
  input  logic [  SlotWidth-1:0] r_slot_i,
  input  logic [ 8*BusBytes-1:0] r_data_i,
  input  logic                   r_error_i,
  input  logic                   r_last_i,

  // Slot of the beat in lookup; step when the beat leaves that stage.
  output logic [  SlotWidth-1:0] slot_o,
  output logic                   step_o,
  output logic                   step_last_o,
  output logic                   step_error_o,
  input  logic [           27:0] base_i,
  input  logic [   OffWidth-1:0] first_i,
  input  logic [   OffWidth-1:0] last_i,
  input  logic [   TagWidth-1:0] tag_i,

  // Scratchpad.
  output logic                   l_req_o,
  output logic [           27:0] l_addr_o,
  output logic                   l_two_o,
  output logic [16*WordBytes-1:0] l_data_o,
  output logic [ 2*WordBytes-1:0] l_mask_o,
  input  logic                   l_gnt_i,

  // The last beat of a burst is in the scratchpad.
  output logic                   done_o,
  output logic [   TagWidth-1:0] done_tag_o,

  output logic                   digest_valid_o,
  output logic [   TagWidth-1:0] digest_tag_o,
  output logic [           31:0] digest_o
);

  // A beat shifted to lanes; circular window of twice the bus width.
  localparam int WideBytes = BusBytes + 4;
  localparam int RingBytes = 2 * BusBytes;
  // Lanes of the circular window.
  localparam int LaneWidth = $clog2(RingBytes / 4);
  // Circular windows in a folded window of two scratchpad words.
  localparam int Segments = WordBytes / BusBytes;
  localparam int SegWidth = (Segments > 1) ? $clog2(Segments) : 1;
  localparam int WordLsb = $clog2(WordBytes);

  // The pipeline moves.
  logic go;

  // Queue.
  logic                  q_valid;
  logic [8*BusBytes-1:0] q_data;
  logic                  q_error;
  logic                  q_last;

  sth_fifo #(
    .Width(SlotWidth + 8 * BusBytes + 2),
    .Depth(2)
  ) u_queue (
    .clk_i,
    .rst_ni,
    .push_valid_i(r_valid_i),
    .push_ready_o(r_ready_o),
    .push_data_i({r_slot_i, r_error_i, r_last_i, r_data_i}),
    .pop_valid_o(q_valid),
    .pop_ready_i(go),
    .pop_data_o({slot_o, q_error, q_last, q_data})
  );

  assign step_o = q_valid && go;
  assign step_last_o = q_last;
  assign step_error_o = q_error;

  // Lookup: which bytes count, and where the first and the last of them go.
  logic [  OffWidth-1:0] low;
  logic [  OffWidth-1:0] high;
  logic [          27:0] first_addr;
  logic [          27:0] last_addr;
  logic [  BusBytes-1:0] mask;
  logic [8*BusBytes-1:0] masked;
  logic                  unused_last_addr;

  assign low = first_i;
  assign high = q_last ? last_i : {OffWidth{1'b1}};
  assign first_addr = base_i + {{(28 - OffWidth) {1'b0}}, low};
  assign last_addr = base_i + {{(28 - OffWidth) {1'b0}}, high};
  assign unused_last_addr = &{1'b0, last_addr[WordLsb-1:0]};

  assign mask = ({BusBytes{1'b1}} << low) & ({BusBytes{1'b1}} >> ~high);

  for (genvar b = 0; b < BusBytes; b++) begin : gen_mask
    assign masked[8*b +: 8] = mask[b] ? q_data[8*b +: 8] : 8'd0;
  end

  logic                   a_valid_q;
  logic                   a_write_q;
  logic                   a_last_q;
  logic [   TagWidth-1:0] a_tag_q;
  logic [8*WideBytes-1:0] a_data_q;
  logic [  WideBytes-1:0] a_mask_q;
  // Address bits for the rotation, the segment and the digest: the 15 of the
  // digest cover the others, for two words have at most 4096 bytes.
  logic [           16:2] a_base_q;
  logic [           27:0] a_addr_q;
  logic                   a_two_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) a_valid_q <= 1'b0;
    else if (go) a_valid_q <= q_valid;
  end

  always_ff @(posedge clk_i) begin
    if (go) begin
      a_write_q <= !q_error;
      a_last_q <= q_last;
      a_tag_q <= tag_i;
      a_data_q <= {32'd0, masked} << {base_i[1:0], 3'd0};
      a_mask_q <= {4'd0, mask} << base_i[1:0];
      a_base_q <= base_i[16:2];
      a_addr_q <= first_addr;
      a_two_q <= first_addr[27:WordLsb] != last_addr[27:WordLsb];
    end
  end

  // Rotation: lane 0 of the beat goes to lane base % lanes.
  logic [  LaneWidth-1:0] amount;
  logic [8*RingBytes-1:0] ring_in;
  logic [  RingBytes-1:0] ring_mask_in;
  logic [8*RingBytes-1:0] ring_data;
  logic [  RingBytes-1:0] ring_mask;
  logic [  RingBytes-1:0] not_wrapped;
  logic [           31:0] digest;

  assign amount = a_base_q[2 +: LaneWidth];
  assign ring_in = (8 * RingBytes)'(a_data_q);
  assign ring_mask_in = RingBytes'(a_mask_q);

  sth_byte_rotate #(
    .Bytes(RingBytes),
    .UnitBytes(4)
  ) u_rotate_data (
    .amount_i(amount),
    .data_i(ring_in),
    .data_o(ring_data)
  );

  sth_byte_rotate #(
    .Bytes(RingBytes),
    .UnitBytes(4),
    .ByteBits(1)
  ) u_rotate_mask (
    .amount_i(amount),
    .data_i(ring_mask_in),
    .data_o(ring_mask)
  );

  // Lanes from the amount upwards did not pass the end of the ring.
  assign not_wrapped = {RingBytes{1'b1}} << {amount, 2'd0};

  sth_digest #(
    .Lanes(WideBytes / 4),
    .Aligned(0)
  ) u_digest (
    .en_i(a_valid_q && a_write_q),
    .lane_i(a_base_q),
    .data_i(a_data_q),
    .mask_i({WideBytes{1'b1}}),  // bytes that do not count are zero
    .digest_o(digest)
  );

  logic                   b_valid_q;
  logic                   b_write_q;
  logic                   b_last_q;
  logic [   TagWidth-1:0] b_tag_q;
  logic [8*RingBytes-1:0] b_data_q;
  logic [  RingBytes-1:0] b_mask_q;
  logic [  RingBytes-1:0] b_wrap_q;
  logic [           27:0] b_addr_q;
  logic                   b_two_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      b_valid_q <= 1'b0;
      digest_valid_o <= 1'b0;
    end else begin
      if (go) b_valid_q <= a_valid_q;
      digest_valid_o <= go && a_valid_q && a_write_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (go) begin
      b_write_q <= a_write_q;
      b_last_q <= a_last_q;
      b_tag_q <= a_tag_q;
      b_data_q <= ring_data;
      b_mask_q <= ring_mask & not_wrapped;
      b_wrap_q <= ring_mask & ~not_wrapped;
      b_addr_q <= a_addr_q;
      b_two_q <= a_two_q;
      digest_tag_o <= a_tag_q;
      digest_o <= digest;
    end
  end

  // Write: every segment sees the ring; the mask picks the one or two meant.
  if (Segments > 1) begin : gen_segments
    logic [SegWidth-1:0] b_seg_q;

    always_ff @(posedge clk_i) begin
      if (go) b_seg_q <= a_base_q[OffWidth+1 +: SegWidth];
    end

    for (genvar s = 0; s < Segments; s++) begin : gen_segment
      // Bytes that wrapped belong to the segment after that of the base.
      assign l_mask_o[s*RingBytes +: RingBytes] =
          (b_mask_q & {RingBytes{b_seg_q == SegWidth'(s)}})
        | (b_wrap_q & {RingBytes{b_seg_q == SegWidth'(s - 1)}});
    end
  end else begin : gen_one_segment
    assign l_mask_o = b_mask_q | b_wrap_q;
  end

  assign l_req_o = b_valid_q && b_write_q && !drop_i;
  assign l_addr_o = b_addr_q;
  assign l_two_o = b_two_q;
  assign l_data_o = {Segments{b_data_q}};
  assign go = !(l_req_o && !l_gnt_i);

  assign done_o = b_valid_q && b_last_q && go;
  assign done_tag_o = b_tag_q;

  // A write that waits for its bank stays, unless the engine is drained.
  `STH_ASSERT_STAYS(WriteStays, l_req_o && !l_gnt_i, {l_req_o, l_addr_o}, drop_i)
  `STH_ASSERT(GrantIsAsked, l_gnt_i -> l_req_o)
  // A beat holds at least one byte of its run.
  `STH_ASSERT(BeatNotEmpty, q_valid -> low <= high)

  initial begin
    if (WordBytes < BusBytes || WordBytes > 2048 || (WordBytes & (WordBytes - 1)) != 0)
      $error("WordBytes is no power of two from BusBytes to 2048");
  end

endmodule

`default_nettype wire
