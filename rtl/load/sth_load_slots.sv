// Destination of every outstanding read burst, by slot.
//
// A slot holds the scratchpad address of byte 0 of the first bus word (modulo
// 2^28: it may lie before the run), the position of the first valid byte in the
// first word and of the last one in the last word, and the number of words that
// have come.  Beats of different slots may alternate freely; a beat reads its
// slot and counts in one cycle.  Whether a slot is in use is not known here.
`include "sth_assert.svh"
`default_nettype none

module sth_load_slots #(
  // Slots: any number from 2 to 128.
  parameter int Slots = 32,
  // Bytes of a bus word: a power of two, 4 to 2048.
  parameter int BusBytes = 16,
  localparam int SlotWidth = $clog2(Slots),
  localparam int OffWidth = $clog2(BusBytes)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  // A new burst.
  input  logic                 take_i,
  input  logic [SlotWidth-1:0] take_slot_i,
  input  logic [         27:0] take_base_i,
  input  logic [          7:0] take_len_i,
  input  logic [ OffWidth-1:0] take_first_i,
  input  logic [ OffWidth-1:0] take_last_i,

  // A beat of a burst.
  input  logic [SlotWidth-1:0] slot_i,
  input  logic                 step_i,
  input  logic                 step_last_i,
  // Of the burst: byte 0 of its first word.
  output logic [         27:0] base_o,
  // The number of this word in its burst, and of the one behind it.
  output logic [          7:0] word_o,
  output logic [          8:0] next_o,
  // Position of the first valid byte in this word; 0 after the first word.
  output logic [ OffWidth-1:0] first_o,
  output logic [ OffWidth-1:0] last_o
);

  logic [OffWidth-1:0] first;

  sth_regfile_1r1w #(
    .Width(28 + 2 * OffWidth),
    .Depth(Slots)
  ) u_bursts (
    .clk_i,
    .raddr_i(slot_i),
    .rdata_o({base_o, first, last_o}),
    .wen_i(take_i),
    .waddr_i(take_slot_i),
    .wdata_i({take_base_i, take_first_i, take_last_i})
  );

  // Slots whose next word is the first of a burst: what was counted there
  // belongs to the burst before.
  logic [Slots-1:0] begins_q;
  logic [      7:0] counted;

  sth_regfile_1r1w #(
    .Width(8),
    .Depth(Slots)
  ) u_words (
    .clk_i,
    .raddr_i(slot_i),
    .rdata_o(counted),
    .wen_i(step_i),
    .waddr_i(slot_i),
    .wdata_i(next_o[7:0])
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begins_q <= '1;
    else if (step_i) begins_q[slot_i] <= step_last_i;
  end

  assign word_o = begins_q[slot_i] ? 8'd0 : counted;
  assign next_o = 9'(word_o) + 9'd1;
  assign first_o = begins_q[slot_i] ? first : '0;

  // Bus words after the first, by slot; only the assertion needs them.
  logic [7:0] len_q [Slots];
  logic       ends;

  assign ends = len_q[slot_i] == word_o;

  always_ff @(posedge clk_i) begin
    if (take_i) len_q[take_slot_i] <= take_len_i;
  end

  // The bus ends a burst where its length says.
  `STH_ASSERT(LastBeatEndsBurst, step_i -> step_last_i == ends)

endmodule

`default_nettype wire
