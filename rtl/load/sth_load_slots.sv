// Destination of every outstanding read burst, by slot.
//
// A slot holds the scratchpad address of byte 0 of the next bus word (modulo
// 2^28: for the first word it may lie before the run), the position of the
// first valid byte in the first word and of the last one in the last word.
// Beats of different slots may alternate freely; a beat reads its slot and
// advances it in one cycle.  Whether a slot is in use is not known here.
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
  output logic [         27:0] base_o,
  // Position of the first valid byte in this word; 0 after the first word.
  output logic [ OffWidth-1:0] first_o,
  output logic [ OffWidth-1:0] last_o
);

  logic [        27:0] base_q [Slots];
  logic [OffWidth-1:0] first_q [Slots];
  logic [OffWidth-1:0] last_q [Slots];

  // The two never name the same slot: a slot is taken only when it is free.
  always_ff @(posedge clk_i) begin
    if (step_i) begin
      base_q[slot_i] <= base_q[slot_i] + 28'(BusBytes);
      first_q[slot_i] <= '0;
    end
    if (take_i) begin
      base_q[take_slot_i] <= take_base_i;
      first_q[take_slot_i] <= take_first_i;
      last_q[take_slot_i] <= take_last_i;
    end
  end

  // Bus words after the next one, by slot; only the assertion needs them.
  logic [7:0] left_q [Slots];
  logic       ends;

  assign ends = left_q[slot_i] == '0;

  always_ff @(posedge clk_i) begin
    if (step_i) left_q[slot_i] <= left_q[slot_i] - 1'b1;
    if (take_i) left_q[take_slot_i] <= take_len_i;
  end

  // The bus ends a burst where its length says.
  `STH_ASSERT(LastBeatEndsBurst, step_i -> step_last_i == ends)

  assign base_o = base_q[slot_i];
  assign first_o = first_q[slot_i];
  assign last_o = last_q[slot_i];

endmodule

`default_nettype wire
