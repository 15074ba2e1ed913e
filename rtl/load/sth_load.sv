// Load engine: copies strided blocks from memory to the scratchpad.
//
// One command at a time is walked into read bursts, one burst a cycle while a
// slot is free; up to four commands are in flight and retire in order.  Read
// data may come in any order between bursts, interleaved beat by beat, at any
// alignment, one beat a cycle.  A SYNC_LOAD passes through in order.
//
// Waiting for semaphores is done before cmd_valid_i, and posting after
// retire_valid_o, by others.  A failing burst does not stop its command: the
// remaining bursts run and the retirement carries the error.
//
// drain_i: no new burst is issued, outstanding data is dropped; when idle_o
// nothing is outstanding and the engine may be reset.
`include "sth_assert.svh"
`default_nettype none

module sth_load #(
  // Bytes of a bus word: a power of two, 4 to 2048, at most WordBytes.
  parameter int BusBytes = 16,
  // Bytes of a scratchpad word: a power of two.
  parameter int WordBytes = 64,
  // Read bursts outstanding: any number from 2 to 128.
  parameter int LoadSlots = 32,
  // Whether retirements tell co-simulation their start and their digest: 0 or 1.
  parameter int Events = 0
) (
  `include "sth_dma_ports.svh"

  // A read beat waited for a scratchpad bank in the cycle before.
  output logic                    bank_stall_o,

  // Bursts, and their data from a register slice.
  output logic                    ar_valid_o,
  input  logic                    ar_ready_i,
  output logic [             7:0] ar_id_o,
  output logic [            39:0] ar_addr_o,
  output logic [             7:0] ar_len_o,
  input  logic                    r_valid_i,
  output logic                    r_ready_o,
  input  logic [             7:0] r_id_i,
  input  logic [  8*BusBytes-1:0] r_data_i,
  input  logic [             1:0] r_resp_i,
  input  logic                    r_last_i,

  // Scratchpad write port L.
  output logic                    l_req_o,
  output logic [            27:0] l_addr_o,
  output logic                    l_two_o,
  output logic [16*WordBytes-1:0] l_data_o,
  output logic [ 2*WordBytes-1:0] l_mask_o,
  input  logic                    l_gnt_i
);

  `include "sth_spec.svh"

  localparam int SlotWidth = $clog2(LoadSlots);
  localparam int OffWidth = $clog2(BusBytes);
  localparam int TagWidth = 2;

  // Bursts out.
  logic                 burst;
  logic [SlotWidth-1:0] burst_slot;
  logic [         27:0] burst_base;
  logic [          7:0] burst_len;
  logic [ OffWidth-1:0] burst_first, burst_last;
  logic [ TagWidth-1:0] unused_burst_tag;
  logic [         14:0] unused_burst_lane;
  logic [         27:0] unused_burst_sp;

  // Data in.
  logic [SlotWidth-1:0] slot;
  logic [          7:0] slot_word;
  logic [          8:0] slot_next;
  logic [ TagWidth-1:0] slot_tag, done_tag, digest_tag;
  logic [         27:0] slot_base;
  logic [ OffWidth-1:0] slot_first, slot_last;
  logic                 step, done, digest_valid;
  logic [         31:0] digest;

  sth_dma_control #(
    .BusBytes(BusBytes),
    .Slots(LoadSlots),
    .SyncOpcode(STH_OP_SYNC_LOAD),
    .Events(Events)
  ) u_control (
    `include "sth_dma_connect.svh"
    .ax_valid_o(ar_valid_o),
    .ax_ready_i(ar_ready_i),
    .ax_id_o(ar_id_o),
    .ax_addr_o(ar_addr_o),
    .ax_len_o(ar_len_o),
    .burst_ready_i(1'b1),
    .burst_o(burst),
    .burst_slot_o(burst_slot),
    .burst_tag_o(unused_burst_tag),
    .burst_base_o(burst_base),
    .burst_sp_o(unused_burst_sp),
    .burst_lane_o(unused_burst_lane),
    .burst_len_o(burst_len),
    .burst_first_o(burst_first),
    .burst_last_o(burst_last),
    .slot_i(slot),
    .slot_tag_o(slot_tag),
    .release_i(step && r_last_i),
    .error_i(step && r_resp_i[1]),
    .done_i(done),
    .done_tag_i(done_tag),
    .digest_valid_i(digest_valid),
    .digest_tag_i(digest_tag),
    .digest_i(digest)
  );

  sth_load_slots #(
    .Slots(LoadSlots),
    .BusBytes(BusBytes)
  ) u_destinations (
    .clk_i,
    .rst_ni,
    .take_i(burst),
    .take_slot_i(burst_slot),
    .take_base_i(burst_base),
    .take_len_i(burst_len),
    .take_first_i(burst_first),
    .take_last_i(burst_last),
    .slot_i(slot),
    .step_i(step),
    .step_last_i(r_last_i),
    .base_o(slot_base),
    .word_o(slot_word),
    .next_o(slot_next),
    .first_o(slot_first),
    .last_o(slot_last)
  );

  // The bus returns only IDs that were issued; RESP[0] tells nothing of use.
  logic unused_r;
  assign unused_r = &{1'b0, r_id_i, r_resp_i};
  assign slot = r_id_i[SlotWidth-1:0];

  sth_load_write #(
    .BusBytes(BusBytes),
    .WordBytes(WordBytes)
  ) u_write (
    .clk_i,
    .rst_ni,
    .drop_i(drain_i),
    .r_valid_i,
    .r_ready_o,
    .r_data_i,
    .r_error_i(r_resp_i[1]),
    .r_last_i,
    .step_o(step),
    .base_i(slot_base),
    .word_i(slot_word),
    .next_i(slot_next),
    .first_i(slot_first),
    .last_i(slot_last),
    .tag_i(slot_tag),
    .l_req_o,
    .l_addr_o,
    .l_two_o,
    .l_data_o,
    .l_mask_o,
    .l_gnt_i,
    .done_o(done),
    .done_tag_o(done_tag),
    .digest_valid_o(digest_valid),
    .digest_tag_o(digest_tag),
    .digest_o(digest)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) bank_stall_o <= 1'b0;
    else bank_stall_o <= l_req_o && !l_gnt_i;
  end

  // Data comes for bursts that were issued: their IDs are slots.
  `STH_ASSERT(ReadIdIsSlot, r_valid_i -> 32'(r_id_i) < LoadSlots)

endmodule

`default_nettype wire
