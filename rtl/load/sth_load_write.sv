// Takes read beats from the bus, moves their bytes into place and writes them
// to the scratchpad.
//
// Pipeline of a beat that is offered in cycle T, when no bank makes it wait:
//   T    slot lookup
//   T+1  addresses, masking, shift to a 32-bit lane boundary, hash of each lane
//   T+2  rotation by lanes, digest
//   T+3  scratchpad write request
// While the request waits for a bank the beats behind it close up.
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
  localparam int OffWidth = $clog2(BusBytes),
  localparam int TagWidth = 2
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   drop_i,

  // Beats.
  input  logic                   r_valid_i,
  output logic                   r_ready_o,
  input  logic [ 8*BusBytes-1:0] r_data_i,
  input  logic                   r_error_i,
  input  logic                   r_last_i,

  // The beat that is offered leaves the lookup; what its slot says.
  output logic                   step_o,
  input  logic [           27:0] base_i,
  input  logic [            7:0] word_i,
  input  logic [            8:0] next_i,
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

  `include "sth_digest.svh"

  // A beat shifted to lanes; circular window of twice the bus width.
  localparam int WideBytes = BusBytes + 4;
  localparam int Lanes = WideBytes / 4;
  localparam int RingBytes = 2 * BusBytes;
  // Lanes of the circular window.
  localparam int LaneWidth = $clog2(RingBytes / 4);
  // Circular windows in a folded window of two scratchpad words.
  localparam int Segments = WordBytes / BusBytes;
  localparam int SegWidth = (Segments > 1) ? $clog2(Segments) : 1;
  localparam int WordLsb = $clog2(WordBytes);

  // Lookup, and what moves: a stage that is empty, or whose beat moves on.
  logic m_moves, a_moves, b_moves;
  logic m_valid_q, a_valid_q, b_valid_q;

  assign m_moves = !m_valid_q || a_moves;
  assign a_moves = !a_valid_q || b_moves;
  assign r_ready_o = m_moves;
  assign step_o = r_valid_i && m_moves;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      m_valid_q <= 1'b0;
      a_valid_q <= 1'b0;
      b_valid_q <= 1'b0;
    end else begin
      if (m_moves) m_valid_q <= r_valid_i;
      if (a_moves) a_valid_q <= m_valid_q;
      if (b_moves) b_valid_q <= a_valid_q;
    end
  end

  logic                  m_write_q, m_last_q;
  logic [  TagWidth-1:0] m_tag_q;
  logic [8*BusBytes-1:0] m_data_q;
  logic [          27:0] m_base_q;
  logic [           7:0] m_word_q;
  logic [           8:0] m_next_q;
  logic [  OffWidth-1:0] m_low_q, m_high_q;

  always_ff @(posedge clk_i) begin
    if (m_moves) begin
      m_write_q <= !r_error_i;
      m_last_q <= r_last_i;
      m_tag_q <= tag_i;
      m_data_q <= r_data_i;
      m_base_q <= base_i;
      m_word_q <= word_i;
      m_next_q <= next_i;
      m_low_q <= first_i;
      m_high_q <= r_last_i ? last_i : {OffWidth{1'b1}};
    end
  end

  // Which bytes count, and where the first and the last of them go.
  logic [          27:0] word_addr, first_addr, last_addr;
  logic [  BusBytes-1:0] mask;
  logic [8*BusBytes-1:0] masked;
  logic                  unused_addr;

  assign word_addr = m_base_q + 28'({m_word_q, {OffWidth{1'b0}}});
  assign first_addr = m_base_q + 28'({m_word_q, m_low_q});
  assign last_addr = m_base_q + 28'({m_word_q, m_high_q});
  assign unused_addr = &{1'b0, word_addr, last_addr};

  assign mask = ({BusBytes{1'b1}} << m_low_q) & ({BusBytes{1'b1}} >> ~m_high_q);

  for (genvar b = 0; b < BusBytes; b++) begin : gen_mask
    assign masked[8*b +: 8] = mask[b] ? m_data_q[8*b +: 8] : 8'd0;
  end

  // The hash of each lane that the beat touches, the last one partly.
  logic [5*Lanes-1:0] hash;

  for (genvar i = 0; i < Lanes; i++) begin : gen_hash
    localparam logic [OffWidth-1:0] Byte = OffWidth'(4 * i);
    logic [16:0] lane_addr;
    logic        unused_lane_addr;

    if (i < Lanes - 1) begin : gen_within
      assign lane_addr = m_base_q[16:0] + 17'({m_word_q, Byte});
    end else begin : gen_behind
      assign lane_addr = m_base_q[16:0] + 17'({m_next_q, {OffWidth{1'b0}}});
    end
    assign hash[5*i +: 5] = f_digest_hash(lane_addr[16:2]);
    assign unused_lane_addr = &{1'b0, lane_addr[1:0]};
  end

  logic                   a_write_q;
  logic                   a_last_q;
  logic [   TagWidth-1:0] a_tag_q;
  logic [8*WideBytes-1:0] a_data_q;
  logic [  WideBytes-1:0] a_mask_q;
  logic [    5*Lanes-1:0] a_hash_q;
  // Address bits for the rotation and the segment.
  logic [      WordLsb:2] a_base_q;
  logic [           27:0] a_addr_q;
  logic                   a_two_q;

  always_ff @(posedge clk_i) begin
    if (a_moves) begin
      a_write_q <= m_write_q;
      a_last_q <= m_last_q;
      a_tag_q <= m_tag_q;
      a_data_q <= {32'd0, masked} << {m_base_q[1:0], 3'd0};
      a_mask_q <= {4'd0, mask} << m_base_q[1:0];
      a_hash_q <= hash;
      a_base_q <= word_addr[WordLsb:2];
      a_addr_q <= first_addr;
      // Two words that a beat touches are neighbours.
      a_two_q <= first_addr[WordLsb] != last_addr[WordLsb];
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

  sth_digest_fold #(
    .Lanes(Lanes)
  ) u_digest (
    .en_i(a_write_q),
    .hash_i(a_hash_q),
    .data_i(a_data_q),
    .mask_i({WideBytes{1'b1}}),  // bytes that do not count are zero
    .digest_o(digest)
  );

  logic                   b_write_q;
  logic                   b_last_q;
  logic [   TagWidth-1:0] b_tag_q;
  logic [8*RingBytes-1:0] b_data_q;
  logic [  RingBytes-1:0] b_mask_q;
  logic [  RingBytes-1:0] b_wrap_q;
  logic [           27:0] b_addr_q;
  logic                   b_two_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) digest_valid_o <= 1'b0;
    else digest_valid_o <= b_moves && a_valid_q && a_write_q;
  end

  always_ff @(posedge clk_i) begin
    if (b_moves) begin
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
      if (b_moves) b_seg_q <= a_base_q[OffWidth+1 +: SegWidth];
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
  assign b_moves = !l_req_o || l_gnt_i;

  assign done_o = b_valid_q && b_last_q && b_moves;
  assign done_tag_o = b_tag_q;

  // A write that waits for its bank stays, unless the engine is drained.
  `STH_ASSERT_STAYS(WriteStays, l_req_o && !l_gnt_i, {l_req_o, l_addr_o}, drop_i)
  `STH_ASSERT(GrantIsAsked, l_gnt_i -> l_req_o)
  // A beat holds at least one byte of its run.
  `STH_ASSERT(BeatNotEmpty, m_valid_q -> m_low_q <= m_high_q)

  initial begin
    if (WordBytes < BusBytes || WordBytes > 2048 || (WordBytes & (WordBytes - 1)) != 0)
      $error("WordBytes is no power of two from BusBytes to 2048");
  end

endmodule

`default_nettype wire
