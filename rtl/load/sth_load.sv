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
`default_nettype none

module sth_load #(
  // Bytes of a bus word: a power of two, 4 to 256, at most WordBytes.
  parameter int BusBytes = 16,
  // Bytes of a scratchpad word: a power of two.
  parameter int WordBytes = 64,
  // Read bursts outstanding: a power of two, 2 to 64.
  parameter int LoadSlots = 32
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic [            63:0] cycle_i,
  input  logic                    drain_i,
  output logic                    idle_o,
  output logic                    busy_o,

  // Commands.
  input  logic                    cmd_valid_i,
  output logic                    cmd_ready_o,
  input  logic [           511:0] cmd_i,
  input  logic [            31:0] cmd_index_i,

  // Retirement.
  output logic                    retire_valid_o,
  output logic [            31:0] retire_index_o,
  output logic [            15:0] retire_post_o,
  output logic                    retire_irq_o,
  output logic [            63:0] retire_start_o,
  output logic [            31:0] retire_digest_o,
  output logic                    retire_error_o,
  output logic [            39:0] retire_error_addr_o,
  output logic [            47:0] retire_bytes_o,

  // A read beat waits for a scratchpad bank.
  output logic                    bank_stall_o,

  // AXI read channels.
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

  initial begin
    if (BusBytes < 4 || BusBytes > 256 || (BusBytes & (BusBytes - 1)) != 0)
      $error("BusBytes is no power of two from 4 to 256");
    if (WordBytes < BusBytes || (WordBytes & (WordBytes - 1)) != 0)
      $error("WordBytes is no power of two >= BusBytes");
    if (LoadSlots < 2 || LoadSlots > 64 || (LoadSlots & (LoadSlots - 1)) != 0)
      $error("LoadSlots is no power of two from 2 to 64");
  end

  // Commands in.
  logic accept;
  logic accept_sync;
  logic full;
  logic walk_idle;

  assign cmd_ready_o = walk_idle && !full && !drain_i;
  assign accept = cmd_valid_i && cmd_ready_o;

  // Bursts.
  logic                 burst_valid;
  logic [         39:0] burst_addr;
  logic [          7:0] burst_len;
  logic [ OffWidth-1:0] burst_first;
  logic [ OffWidth-1:0] burst_last;
  logic [         27:0] burst_sp;
  logic [         12:0] burst_bytes;
  logic                 burst_end;
  logic                 issue_ready;
  logic                 issue;
  logic [          1:0] issue_tag;
  logic                 slot_free;
  logic [SlotWidth-1:0] next_slot;

  sth_dma_walk #(
    .BusBytes(BusBytes)
  ) u_walk (
    .clk_i,
    .rst_ni,
    .start_i(accept && !accept_sync),
    .cmd_i,
    .idle_o(walk_idle),
    .burst_valid_o(burst_valid),
    .burst_ready_i(issue_ready),
    .burst_addr_o(burst_addr),
    .burst_len_o(burst_len),
    .burst_first_o(burst_first),
    .burst_last_o(burst_last),
    .burst_sp_o(burst_sp),
    .burst_bytes_o(burst_bytes),
    .burst_end_o(burst_end)
  );

  // Address channel register.
  logic                 ar_valid_q;
  logic [SlotWidth-1:0] ar_slot_q;

  assign issue_ready = slot_free && (!ar_valid_q || ar_ready_i) && !drain_i;
  assign issue = burst_valid && issue_ready;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) ar_valid_q <= 1'b0;
    else if (issue) ar_valid_q <= 1'b1;
    else if (ar_ready_i) ar_valid_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (issue) begin
      ar_slot_q <= next_slot;
      ar_addr_o <= burst_addr;
      ar_len_o <= burst_len;
    end
  end

  assign ar_valid_o = ar_valid_q;
  assign ar_id_o = 8'(ar_slot_q);

  // Slots.
  logic [SlotWidth-1:0] slot;
  logic                 step;
  logic                 step_last;
  logic                 step_error;
  logic [          1:0] slot_tag;
  logic [         39:0] slot_addr;
  logic [         27:0] slot_base;
  logic [ OffWidth-1:0] slot_first;
  logic [ OffWidth-1:0] slot_last;
  logic                 slots_empty;

  sth_dma_slots #(
    .Slots(LoadSlots),
    .TagWidth(2)
  ) u_slots (
    .clk_i,
    .rst_ni,
    .free_o(slot_free),
    .next_o(next_slot),
    .take_i(issue),
    .tag_i(issue_tag),
    .addr_i(burst_addr),
    .slot_i(slot),
    .tag_o(slot_tag),
    .addr_o(slot_addr),
    .release_i(step && step_last),
    .empty_o(slots_empty)
  );

  sth_load_slots #(
    .Slots(LoadSlots),
    .BusBytes(BusBytes)
  ) u_destinations (
    .clk_i,
    .take_i(issue),
    .take_slot_i(next_slot),
    .take_base_i(burst_sp - 28'(burst_first)),
    .take_first_i(burst_first),
    .take_last_i(burst_last),
    .slot_i(slot),
    .step_i(step),
    .base_o(slot_base),
    .first_o(slot_first),
    .last_o(slot_last)
  );

  // Data.
  logic        done;
  logic [ 1:0] done_tag;
  logic        digest_valid;
  logic [ 1:0] digest_tag;
  logic [31:0] digest;
  logic        unused_r;

  // The bus returns only IDs that were issued; RESP[0] tells nothing of use.
  assign unused_r = &{1'b0, r_id_i, r_resp_i};

  sth_load_write #(
    .BusBytes(BusBytes),
    .WordBytes(WordBytes),
    .Slots(LoadSlots)
  ) u_write (
    .clk_i,
    .rst_ni,
    .drop_i(drain_i),
    .r_valid_i,
    .r_ready_o,
    .r_slot_i(r_id_i[SlotWidth-1:0]),
    .r_data_i,
    .r_error_i(r_resp_i[1]),
    .r_last_i,
    .slot_o(slot),
    .step_o(step),
    .step_last_o(step_last),
    .step_error_o(step_error),
    .base_i(slot_base),
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

  // Commands out.
  sth_dma_track #(
    .Slots(LoadSlots),
    .SyncOpcode(STH_OP_SYNC_LOAD)
  ) u_track (
    .clk_i,
    .rst_ni,
    .cycle_i,
    .accept_i(accept),
    .cmd_i,
    .cmd_index_i,
    .accept_sync_o(accept_sync),
    .full_o(full),
    .issue_i(issue),
    .issue_end_i(burst_end),
    .issue_bytes_i(burst_bytes),
    .issue_slot_i(next_slot),
    .issue_tag_o(issue_tag),
    .done_i(done),
    .done_tag_i(done_tag),
    .digest_valid_i(digest_valid),
    .digest_tag_i(digest_tag),
    .digest_i(digest),
    .error_i(step && step_error),
    .error_tag_i(slot_tag),
    .error_slot_i(slot),
    .error_addr_i(slot_addr),
    .busy_o,
    .retire_valid_o,
    .retire_index_o,
    .retire_post_o,
    .retire_irq_o,
    .retire_start_o,
    .retire_digest_o,
    .retire_error_o,
    .retire_error_addr_o,
    .retire_bytes_o
  );

  assign bank_stall_o = l_req_o && !l_gnt_i;
  assign idle_o = slots_empty && !ar_valid_q;

endmodule

`default_nettype wire
