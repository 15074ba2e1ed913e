// Reads the bytes of write bursts from the scratchpad and offers them, shifted
// into bus words with strobes, on the write data channel.
//
// Pipeline of a bus word whose scratchpad read is granted in cycle T:
//   T+2  scratchpad data, twice the bus width; rotation into bus position
//   T+3  masking, digest, into the data queue
//   T+4  out of the queue
//   T+5  offered on the bus
// Reads run ahead of the bus by at most the depth of the data queue and one, one
// a cycle, without a gap between bursts.  Bytes without strobe are zero.
//
// Bursts are taken in order and their data leaves in order; addresses and
// responses are not handled here.
`include "sth_assert.svh"
`default_nettype none

module sth_store_read #(
  // Bytes of a bus word: a power of two, 4 to 2048, at most WordBytes.
  parameter int BusBytes = 16,
  // Bytes of a scratchpad word: a power of two, up to 2048.
  parameter int WordBytes = 64,
  localparam int OffWidth = $clog2(BusBytes),
  localparam int TagWidth = 2
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  // Bursts; base is the scratchpad address of byte 0 of the first bus word
  // (modulo 2^28), sp that of the first byte, lane the memory address of that
  // word in units of 4 bytes.
  input  logic                    burst_valid_i,
  output logic                    burst_ready_o,
  input  logic [            27:0] burst_base_i,
  input  logic [            27:0] burst_sp_i,
  input  logic [            14:0] burst_lane_i,
  input  logic [             7:0] burst_len_i,
  input  logic [    OffWidth-1:0] burst_first_i,
  input  logic [    OffWidth-1:0] burst_last_i,
  input  logic [    TagWidth-1:0] burst_tag_i,

  // Scratchpad.
  output logic                    s_req_o,
  output logic [            27:0] s_addr_o,
  output logic                    s_two_o,
  input  logic                    s_gnt_i,
  input  logic [16*BusBytes-1:0]  s_rdata_i,

  // Write data channel.
  output logic                    w_valid_o,
  input  logic                    w_ready_i,
  output logic [  8*BusBytes-1:0] w_data_o,
  output logic [    BusBytes-1:0] w_strb_o,
  output logic                    w_last_o,

  output logic                    digest_valid_o,
  output logic [    TagWidth-1:0] digest_tag_o,
  output logic [            31:0] digest_o
);

  `include "sth_spec.svh"

  // Circular window of twice the bus width.
  localparam int RingBytes = 2 * BusBytes;
  localparam int RingWidth = $clog2(RingBytes);
  localparam int WordLsb = $clog2(WordBytes);
  // Words from the read request to the register on the bus: four in the pipeline
  // and one for the credit on its way back are needed for one word a cycle.
  localparam int QueueDepth = STH_DEPTH_STORE_WORDS;

  // Burst being read.
  logic                valid_q;
  logic [        27:0] base_q;
  logic [        27:0] addr_q;
  logic [        14:0] lane_q;
  logic [         7:0] left_q;
  logic [OffWidth-1:0] first_q;
  logic [OffWidth-1:0] last_q;
  logic [TagWidth-1:0] tag_q;
  logic                ends;
  logic                granted;
  logic                room;

  assign granted = s_req_o && s_gnt_i;
  assign ends = left_q == '0;
  assign burst_ready_o = !valid_q || (granted && ends);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (burst_ready_o) valid_q <= burst_valid_i;
  end

  always_ff @(posedge clk_i) begin
    if (burst_ready_o) begin
      base_q <= burst_base_i;
      addr_q <= burst_sp_i;
      lane_q <= burst_lane_i;
      left_q <= burst_len_i;
      first_q <= burst_first_i;
      last_q <= burst_last_i;
      tag_q <= burst_tag_i;
    end else if (granted) begin
      base_q <= base_q + 28'(BusBytes);
      addr_q <= base_q + 28'(BusBytes);
      lane_q <= lane_q + 15'(BusBytes / 4);
      left_q <= left_q - 8'd1;
      first_q <= '0;
    end
  end

  // Request for the first to the last valid byte of the bus word.  Two words that
  // it touches are neighbours.
  logic [ OffWidth-1:0] high;
  logic [  WordLsb:0]   last_addr;
  logic                 unused_last_addr;

  assign high = ends ? last_q : {OffWidth{1'b1}};
  assign s_req_o = valid_q && room;
  assign s_addr_o = addr_q;
  assign last_addr = base_q[WordLsb:0] + (WordLsb + 1)'(high);
  assign s_two_o = addr_q[WordLsb] != last_addr[WordLsb];
  assign unused_last_addr = &{1'b0, last_addr[WordLsb-1:0]};

  // Stage 1: the scratchpad reads.
  logic                 a_valid_q;
  logic [RingWidth-1:0] a_amount_q;
  logic [ OffWidth-1:0] a_first_q;
  logic [ OffWidth-1:0] a_high_q;
  logic [         14:0] a_lane_q;
  logic                 a_last_q;
  logic [ TagWidth-1:0] a_tag_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) a_valid_q <= 1'b0;
    else a_valid_q <= granted;
  end

  always_ff @(posedge clk_i) begin
    a_amount_q <= base_q[RingWidth-1:0];
    a_first_q <= first_q;
    a_high_q <= high;
    a_lane_q <= lane_q;
    a_last_q <= ends;
    a_tag_q <= tag_q;
  end

  // Stage 2: its data arrives; rotation towards position 0.
  logic                   b_valid_q;
  logic [  RingWidth-1:0] b_amount_q;
  logic [   OffWidth-1:0] b_first_q;
  logic [   OffWidth-1:0] b_high_q;
  logic [           14:0] b_lane_q;
  logic                   b_last_q;
  logic [   TagWidth-1:0] b_tag_q;
  logic [8*RingBytes-1:0] rotated;
  logic                   unused_rotated;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) b_valid_q <= 1'b0;
    else b_valid_q <= a_valid_q;
  end

  always_ff @(posedge clk_i) begin
    b_amount_q <= RingWidth'(0) - a_amount_q;
    b_first_q <= a_first_q;
    b_high_q <= a_high_q;
    b_lane_q <= a_lane_q;
    b_last_q <= a_last_q;
    b_tag_q <= a_tag_q;
  end

  sth_byte_rotate #(
    .Bytes(RingBytes)
  ) u_rotate (
    .amount_i(b_amount_q),
    .data_i(s_rdata_i),
    .data_o(rotated)
  );

  assign unused_rotated = &{1'b0, rotated[8*RingBytes-1:8*BusBytes]};

  // Stage 3: masking and digest.
  logic                  c_valid_q;
  logic [8*BusBytes-1:0] c_data_q;
  logic [  BusBytes-1:0] c_mask_q;
  logic [          14:0] c_lane_q;
  logic                  c_last_q;
  logic [  TagWidth-1:0] c_tag_q;
  logic [8*BusBytes-1:0] masked;
  logic [          31:0] digest;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      c_valid_q <= 1'b0;
      digest_valid_o <= 1'b0;
    end else begin
      c_valid_q <= b_valid_q;
      digest_valid_o <= c_valid_q;
    end
  end

  always_ff @(posedge clk_i) begin
    c_data_q <= rotated[8*BusBytes-1:0];
    c_mask_q <= ({BusBytes{1'b1}} << b_first_q) & ({BusBytes{1'b1}} >> ~b_high_q);
    c_lane_q <= b_lane_q;
    c_last_q <= b_last_q;
    c_tag_q <= b_tag_q;
    digest_tag_o <= c_tag_q;
    digest_o <= digest;
  end

  for (genvar b = 0; b < BusBytes; b++) begin : gen_mask
    assign masked[8*b +: 8] = c_mask_q[b] ? c_data_q[8*b +: 8] : 8'd0;
  end

  sth_digest #(
    .Lanes(BusBytes / 4)
  ) u_digest (
    .en_i(c_valid_q),
    .lane_i(c_lane_q),
    .data_i(masked),
    .mask_i({BusBytes{1'b1}}),  // bytes that do not count are zero
    .digest_o(digest)
  );

  // A read reserves the place of its word.
  localparam int QueueWidth = 9 * BusBytes + 1;

  logic                  queue_valid, queue_ready;
  logic [QueueWidth-1:0] queue_data;

  sth_credit_fifo #(
    .Width(QueueWidth),
    .Depth(QueueDepth)
  ) u_queue (
    .clk_i,
    .rst_ni,
    .reserve_i(granted),
    .room_o(room),
    .push_i(c_valid_q),
    .push_data_i({c_last_q, c_mask_q, masked}),
    .pop_valid_o(queue_valid),
    .pop_ready_i(queue_ready),
    .pop_data_o(queue_data)
  );

  // The register on the bus; its offer is low from power-up.
  logic                  w_valid_q = 1'b0;
  logic [QueueWidth-1:0] w_word_q;

  assign queue_ready = !w_valid_q || w_ready_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) w_valid_q <= 1'b0;
    else if (queue_ready) w_valid_q <= queue_valid;
  end

  always_ff @(posedge clk_i) begin
    if (queue_ready) w_word_q <= queue_data;
  end

  assign w_valid_o = w_valid_q;
  assign {w_last_o, w_strb_o, w_data_o} = w_word_q;

  // The lane of the burst's last bus word; only the assertion reads it.
  logic [14:0] end_lane_q;

  always_ff @(posedge clk_i) begin
    if (burst_ready_o) end_lane_q <= burst_lane_i + 15'(burst_len_i) * 15'(BusBytes / 4);
  end

  `STH_ASSERT(LastWordEndsBurst, granted -> ends == (lane_q == end_lane_q))
  `STH_ASSERT_STAYS(ReadStays, s_req_o && !s_gnt_i, {s_req_o, s_addr_o})
  `STH_ASSERT(GrantIsAsked, s_gnt_i -> s_req_o)

  initial begin
    if (STH_LAT_READ != 2) $error("scratchpad data is rotated two cycles after the grant");
    if (WordBytes < BusBytes || WordBytes > 2048 || (WordBytes & (WordBytes - 1)) != 0)
      $error("WordBytes is no power of two from BusBytes to 2048");
  end

endmodule

`default_nettype wire
