// Scratchpad memory: banks of wide words and the arbitration of their ports.
//
// Word w lies in bank w % SpBanks.  Reads and writes never conflict; among
// the reads A > W > V > S and among the writes V > L, each bank for itself.
// A grant is combinational; read data is valid READ cycles after it, and only
// then.  All addresses are byte addresses; the
// bits below a word count with S alone.
//
// S and L touch a window of one or two adjacent words, granted together.  A
// window travels folded: byte a of the scratchpad at position a % (2 *
// WordBytes), so the lower half holds the word of even number and the upper
// half its odd neighbour.  L writes such a window.  S gets 2 * BusBytes of it,
// those from its address on, folded to that size: byte a at position a % (2 *
// BusBytes); what lies in a word that was not asked for is undefined.
//
// It does not check ranges (the decoder did) and orders nothing: a read of a
// word in the cycle of its write returns the old contents.
`include "sth_assert.svh"
`default_nettype none

module sth_scratchpad #(
  // Capacity in bytes: any multiple of SpBanks * WordBytes, at least two words a bank, up to
  // 256 MiB.
  parameter int SpBytes = 262144,
  // Banks: a power of two, 2 to 64.
  parameter int SpBanks = 4,
  // Bytes of a word: a power of two, 16 to 2048.
  parameter int WordBytes = 64,
  // Bytes of a bus word: a power of two, 4 to WordBytes.
  parameter int BusBytes = 16,
  localparam int WordBits = 8 * WordBytes
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  // Reads: matrix activations, matrix weights, vector, store.
  input  logic                   a_req_i,
  input  logic [           27:0] a_addr_i,
  output logic                   a_gnt_o,
  output logic [   WordBits-1:0] a_rdata_o,

  input  logic                   w_req_i,
  input  logic [           27:0] w_addr_i,
  output logic                   w_gnt_o,
  output logic [   WordBits-1:0] w_rdata_o,

  input  logic                   v_req_i,
  input  logic [           27:0] v_addr_i,
  output logic                   v_gnt_o,
  output logic [   WordBits-1:0] v_rdata_o,

  input  logic                   s_req_i,
  input  logic [           27:0] s_addr_i,
  input  logic                   s_two_i,
  output logic                   s_gnt_o,
  output logic [16*BusBytes-1:0] s_rdata_o,

  // Writes: vector, load.
  input  logic                   v_wreq_i,
  input  logic [           27:0] v_waddr_i,
  input  logic [   WordBits-1:0] v_wdata_i,
  input  logic [  WordBytes-1:0] v_wmask_i,
  output logic                   v_wgnt_o,

  input  logic                   l_req_i,
  input  logic [           27:0] l_addr_i,
  input  logic                   l_two_i,
  input  logic [ 2*WordBits-1:0] l_data_i,
  input  logic [2*WordBytes-1:0] l_mask_i,
  output logic                   l_gnt_o
);

  localparam int Lsb = $clog2(WordBytes);
  localparam int BankWidth = $clog2(SpBanks);
  localparam int Depth = SpBytes / (WordBytes * SpBanks);
  localparam int RowWidth = $clog2(Depth);
  localparam int NumWidth = BankWidth + RowWidth;

  initial begin
    if (SpBanks < 2 || SpBanks > 64 || (SpBanks & (SpBanks - 1)) != 0)
      $error("SpBanks is no power of two from 2 to 64");
    if (WordBytes < 16 || WordBytes > 2048 || (WordBytes & (WordBytes - 1)) != 0)
      $error("WordBytes is no power of two from 16 to 2048");
    if (BusBytes < 4 || BusBytes > WordBytes || (BusBytes & (BusBytes - 1)) != 0)
      $error("BusBytes is no power of two from 4 to WordBytes");
    if (Depth < 2 || SpBytes % (WordBytes * SpBanks) != 0 || SpBytes > 1 << 28)
      $error("SpBytes gives a bank no whole number of words >= 2, or is above 256 MiB");
  end

  // Word numbers.  The second word of a window may lie past the end only when
  // it is not asked for.
  logic [NumWidth-1:0] a_word;
  logic [NumWidth-1:0] w_word;
  logic [NumWidth-1:0] v_word;
  logic [NumWidth-1:0] s_word;
  logic [NumWidth-1:0] s_next;
  logic [NumWidth-1:0] v_wword;
  logic [NumWidth-1:0] l_word;
  logic [NumWidth-1:0] l_next;
  logic                unused_addr;

  assign a_word = a_addr_i[Lsb +: NumWidth];
  assign w_word = w_addr_i[Lsb +: NumWidth];
  assign v_word = v_addr_i[Lsb +: NumWidth];
  assign s_word = s_addr_i[Lsb +: NumWidth];
  assign s_next = s_word + 1'b1;
  assign v_wword = v_waddr_i[Lsb +: NumWidth];
  assign l_word = l_addr_i[Lsb +: NumWidth];
  assign l_next = l_word + 1'b1;
  assign unused_addr = &{1'b0, a_addr_i, w_addr_i, v_addr_i, s_addr_i, v_waddr_i, l_addr_i};

  // The two words of a window by parity; even ones live in even banks.
  logic [NumWidth-1:0] s_even;
  logic [NumWidth-1:0] s_odd;
  logic [NumWidth-1:0] l_even;
  logic [NumWidth-1:0] l_odd;

  assign s_even = s_word[0] ? s_next : s_word;
  assign s_odd = s_word[0] ? s_word : s_next;
  assign l_even = l_word[0] ? l_next : l_word;
  assign l_odd = l_word[0] ? l_word : l_next;

  // A port waits while a higher one asks for its bank.  If that one waits as
  // well, then for a still higher one on the same bank.
  logic [SpBanks-1:0] blocked;
  logic [SpBanks-1:0] wblocked;

  assign a_gnt_o = a_req_i;
  assign w_gnt_o = w_req_i && !(a_req_i && a_word[BankWidth-1:0] == w_word[BankWidth-1:0]);
  assign v_gnt_o = v_req_i && !(a_req_i && a_word[BankWidth-1:0] == v_word[BankWidth-1:0])
                           && !(w_req_i && w_word[BankWidth-1:0] == v_word[BankWidth-1:0]);
  assign s_gnt_o = s_req_i && !blocked[s_word[BankWidth-1:0]]
                           && !(s_two_i && blocked[s_next[BankWidth-1:0]]);
  assign v_wgnt_o = v_wreq_i;
  assign l_gnt_o = l_req_i && !wblocked[l_word[BankWidth-1:0]]
                           && !(l_two_i && wblocked[l_next[BankWidth-1:0]]);

  logic [SpBanks*WordBits-1:0] rdata;
  // Banks that more than one port uses in a direction, which must never be.
  logic [SpBanks-1:0] two_readers;
  logic [SpBanks-1:0] two_writers;

  for (genvar b = 0; b < SpBanks; b++) begin : gen_bank
    localparam int Odd = b % 2;

    logic                 a_here;
    logic                 w_here;
    logic                 v_here;
    logic                 s_here;
    logic                 v_where;
    logic                 l_here;
    logic [ RowWidth-1:0] raddr;
    logic [ RowWidth-1:0] waddr;
    logic [ WordBits-1:0] wdata;
    logic [WordBytes-1:0] wmask;
    logic [ NumWidth-1:0] s_mine;
    logic [ NumWidth-1:0] l_mine;

    assign s_mine = (Odd != 0) ? s_odd : s_even;
    assign l_mine = (Odd != 0) ? l_odd : l_even;

    assign a_here = a_req_i && a_word[BankWidth-1:0] == BankWidth'(b);
    assign w_here = w_req_i && w_word[BankWidth-1:0] == BankWidth'(b);
    assign v_here = v_req_i && v_word[BankWidth-1:0] == BankWidth'(b);
    assign s_here = s_gnt_o && s_mine[BankWidth-1:0] == BankWidth'(b)
                 && (s_two_i || s_word[0] == 1'(Odd));
    assign blocked[b] = a_here || w_here || v_here;

    assign raddr = a_here ? a_word[NumWidth-1:BankWidth]
                 : w_here ? w_word[NumWidth-1:BankWidth]
                 : v_here ? v_word[NumWidth-1:BankWidth]
                 : s_mine[NumWidth-1:BankWidth];

    assign v_where = v_wreq_i && v_wword[BankWidth-1:0] == BankWidth'(b);
    assign l_here = l_gnt_o && l_mine[BankWidth-1:0] == BankWidth'(b)
                 && (l_two_i || l_word[0] == 1'(Odd));
    assign wblocked[b] = v_where;

    assign waddr = v_where ? v_wword[NumWidth-1:BankWidth] : l_mine[NumWidth-1:BankWidth];
    assign wdata = v_where ? v_wdata_i : l_data_i[Odd*WordBits +: WordBits];
    assign wmask = v_where ? v_wmask_i : l_mask_i[Odd*WordBytes +: WordBytes];

    sth_sram_1r1w #(
      .Width(WordBits),
      .Depth(Depth),
      .MaskWidth(WordBytes)
    ) u_sram (
      .clk_i,
      .ren_i(blocked[b] || s_here),
      .raddr_i(raddr),
      .rdata_o(rdata[b*WordBits +: WordBits]),
      .wen_i(v_where || l_here),
      .waddr_i(waddr),
      .wdata_i(wdata),
      .wmask_i(wmask)
    );

    assign two_readers[b] = (a_here && w_here && w_gnt_o)
                         || ((a_here || w_here) && v_here && v_gnt_o) || (blocked[b] && s_here);
    assign two_writers[b] = v_where && l_here;
  end

  // Where the data of the last granted read comes from.
  logic [BankWidth-1:0] a_bank_q;
  logic [BankWidth-1:0] w_bank_q;
  logic [BankWidth-1:0] v_bank_q;
  logic                 v_read_q;
  logic [ WordBits-1:0] v_rdata_q;
  logic [BankWidth-1:0] s_even_bank_q;
  logic [BankWidth-1:0] s_odd_bank_q;
  logic                 a_read_q;
  logic                 w_read_q;

  always_ff @(posedge clk_i) begin
    a_bank_q <= a_word[BankWidth-1:0];
    w_bank_q <= w_word[BankWidth-1:0];
    v_bank_q <= v_word[BankWidth-1:0];
    v_read_q <= rst_ni && v_gnt_o;
    if (v_read_q) v_rdata_q <= rdata[v_bank_q*WordBits +: WordBits];
    s_even_bank_q <= s_even[BankWidth-1:0];
    s_odd_bank_q <= s_odd[BankWidth-1:0];
    a_read_q <= a_req_i && rst_ni;
    w_read_q <= w_gnt_o && rst_ni;
    if (a_read_q) a_rdata_o <= rdata[a_bank_q*WordBits +: WordBits];
    if (w_read_q) w_rdata_o <= rdata[w_bank_q*WordBits +: WordBits];
  end

  assign v_rdata_o = v_rdata_q;

  // S: the window of two words, and of it the bytes from the address on.
  localparam int RingBits = 16 * BusBytes;
  localparam int RingWidth = $clog2(2 * BusBytes);
  localparam int Segments = WordBytes / BusBytes;

  logic [2*WordBits-1:0] s_window;
  logic [  RingBits-1:0] s_ring;

  assign s_window = {rdata[s_odd_bank_q*WordBits +: WordBits],
                     rdata[s_even_bank_q*WordBits +: WordBits]};

  if (Segments > 1) begin : gen_segments
    localparam int SegWidth = $clog2(Segments);

    logic [ SegWidth-1:0] segment_q, next_q;
    logic [RingWidth-1:0] first_q;
    logic [ RingBits-1:0] this_segment, next_segment;
    logic [2*BusBytes-1:0] not_wrapped;

    always_ff @(posedge clk_i) begin
      segment_q <= s_addr_i[RingWidth +: SegWidth];
      next_q <= s_addr_i[RingWidth +: SegWidth] + 1'b1;
      first_q <= s_addr_i[RingWidth-1:0];
    end

    assign this_segment = s_window[segment_q*RingBits +: RingBits];
    assign next_segment = s_window[next_q*RingBits +: RingBits];

    assign not_wrapped = {(2 * BusBytes) {1'b1}} << first_q;

    for (genvar p = 0; p < 2 * BusBytes; p++) begin : gen_byte
      assign s_ring[8*p +: 8] = not_wrapped[p] ? this_segment[8*p +: 8] : next_segment[8*p +: 8];
    end
  end else begin : gen_one_segment
    assign s_ring = s_window;
  end

  always_ff @(posedge clk_i) begin
    s_rdata_o <= s_ring;
  end

  // An access whose word, or the second word of whose window, is not there.
  localparam int Capacity = Depth * SpBanks * WordBytes;
  logic [28:0] s_last;
  logic [28:0] l_last;
  logic        reads_outside;
  logic        writes_outside;

  assign s_last = 29'(s_addr_i) + (s_two_i ? 29'(WordBytes) : 29'd0);
  assign l_last = 29'(l_addr_i) + (l_two_i ? 29'(WordBytes) : 29'd0);
  assign reads_outside = (a_req_i && 32'(a_addr_i) >= Capacity)
                      || (w_req_i && 32'(w_addr_i) >= Capacity)
                      || (v_req_i && 32'(v_addr_i) >= Capacity)
                      || (s_req_i && 32'(s_last) >= Capacity);
  assign writes_outside = (v_wreq_i && 32'(v_waddr_i) >= Capacity)
                       || (l_req_i && 32'(l_last) >= Capacity);

  `STH_ASSERT(OneReader, two_readers == '0)
  `STH_ASSERT(OneWriter, two_writers == '0)
  `STH_ASSERT(ReadsInside, !reads_outside)
  `STH_ASSERT(WritesInside, !writes_outside)

endmodule

`default_nettype wire
