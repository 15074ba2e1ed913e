// What load and store share: takes commands, walks them into bursts, offers the bursts' addresses
// to the bus, remembers what is outstanding and retires commands in order.
//
// One command at a time is walked, one burst a cycle while a slot is free and the data path takes
// it; the slot's number is the burst's ID on the bus.  Up to four commands are in flight.  A
// synchronisation command passes through in order.
//
// It does not see data: the direction around it reports when a burst's slot is free again, when the
// burst is complete, and its digests.
`include "sth_assert.svh"
`default_nettype none

module sth_dma_control #(
  // Bytes of a bus word: a power of two, 4 to 2048.
  parameter int BusBytes = 16,
  // Bursts outstanding: any number from 2 to 128.
  parameter int Slots = 16,
  // Operation code of the synchronisation command of this engine.
  parameter int SyncOpcode = 16,
  // Whether retirements tell co-simulation their start and their digest: 0 or 1.
  parameter int Events = 0,
  localparam int SlotWidth = $clog2(Slots),
  localparam int OffWidth = $clog2(BusBytes),
  localparam int TagWidth = 2
) (
  `include "sth_dma_ports.svh"

  // Address channel, for a register slice that stands in front of the bus.
  output logic                    ax_valid_o,
  input  logic                    ax_ready_i,
  output logic [             7:0] ax_id_o,
  output logic [            39:0] ax_addr_o,
  output logic [             7:0] ax_len_o,

  // A burst whose address leaves in this cycle, only while burst_ready_i.
  input  logic                    burst_ready_i,
  output logic                    burst_o,
  output logic [   SlotWidth-1:0] burst_slot_o,
  output logic [    TagWidth-1:0] burst_tag_o,
  // Byte 0 of the first bus word: its scratchpad address (modulo 2^28, for it may lie before the
  // run) and its memory address in units of 4 bytes; the scratchpad address of the first byte.
  output logic [            27:0] burst_base_o,
  output logic [            27:0] burst_sp_o,
  output logic [            14:0] burst_lane_o,
  // Bus words - 1; first byte of the first word and last byte of the last.
  output logic [             7:0] burst_len_o,
  output logic [    OffWidth-1:0] burst_first_o,
  output logic [    OffWidth-1:0] burst_last_o,

  // A response: the command of its slot; the slot is free from the next cycle on, the burst failed.
  input  logic [   SlotWidth-1:0] slot_i,
  output logic [    TagWidth-1:0] slot_tag_o,
  input  logic                    release_i,
  input  logic                    error_i,

  // A burst of a command is complete; a part of a command's digest.
  input  logic                    done_i,
  input  logic [    TagWidth-1:0] done_tag_i,
  input  logic                    digest_valid_i,
  input  logic [    TagWidth-1:0] digest_tag_i,
  input  logic [            31:0] digest_i
);

  // Commands in: one cycle at least lies between two that are taken.
  logic accept, accept_sync, room, walk_idle_next;
  logic ready_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) ready_q <= 1'b0;
    else ready_q <= walk_idle_next && room && !accept;
  end

  assign cmd_ready_o = ready_q && !drain_i;
  assign accept = cmd_valid_i && cmd_ready_o;

  // Bursts.
  logic        burst_valid, burst_end, slot_free, issue_ready;
  logic [39:0] burst_addr, slot_addr;
  logic [12:0] burst_bytes;
  logic        slots_empty;

  sth_dma_walk #(
    .BusBytes(BusBytes)
  ) u_walk (
    .clk_i,
    .rst_ni,
    .start_i(accept && !accept_sync),
    .cmd_i,
    .idle_next_o(walk_idle_next),
    .burst_valid_o(burst_valid),
    .burst_ready_i(issue_ready),
    .burst_addr_o(burst_addr),
    .burst_len_o,
    .burst_first_o,
    .burst_last_o,
    .burst_base_o,
    .burst_sp_o,
    .burst_bytes_o(burst_bytes),
    .burst_end_o(burst_end)
  );

  assign ax_valid_o = burst_valid && slot_free && burst_ready_i && !drain_i;
  assign ax_id_o = 8'(burst_slot_o);
  assign ax_addr_o = burst_addr;
  assign ax_len_o = burst_len_o;
  assign issue_ready = slot_free && burst_ready_i && ax_ready_i && !drain_i;
  assign burst_o = burst_valid && issue_ready;
  assign burst_lane_o = burst_addr[16:2];

  sth_dma_slots #(
    .Slots(Slots),
    .TagWidth(TagWidth)
  ) u_slots (
    .clk_i,
    .rst_ni,
    .free_o(slot_free),
    .next_o(burst_slot_o),
    .take_i(burst_o),
    .tag_i(burst_tag_o),
    .addr_i(burst_addr),
    .slot_i,
    .tag_o(slot_tag_o),
    .addr_o(slot_addr),
    .release_i,
    .empty_o(slots_empty)
  );

  // Commands out.
  sth_dma_track #(
    .Slots(Slots),
    .SyncOpcode(SyncOpcode),
    .Events(Events)
  ) u_track (
    .clk_i,
    .rst_ni,
    .cycle_i,
    .accept_i(accept),
    .cmd_i,
    .cmd_index_i,
    .accept_sync_o(accept_sync),
    .room_o(room),
    .issue_i(burst_o),
    .issue_end_i(burst_end),
    .issue_bytes_i(burst_bytes),
    .issue_slot_i(burst_slot_o),
    .issue_tag_o(burst_tag_o),
    .done_i,
    .done_tag_i,
    .digest_valid_i,
    .digest_tag_i,
    .digest_i,
    .error_i,
    .error_tag_i(slot_tag_o),
    .error_slot_i(slot_i),
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

  assign idle_o = slots_empty;

  `STH_ASSERT(AddressLeavesWithBurst, burst_o == (ax_valid_o && ax_ready_i))
  `STH_ASSERT_NEXT(DrainIssuesNothing, drain_i, !(drain_i && (burst_o || accept)))
  `STH_ASSERT(DataPathTakesBurst, burst_o -> burst_ready_i)

  initial begin
    if (BusBytes < 4 || BusBytes > 2048 || (BusBytes & (BusBytes - 1)) != 0)
      $error("BusBytes is no power of two from 4 to 2048");
    // The ID 128 belongs to the command fetch.
    if (Slots < 2 || Slots > 128) $error("Slots is not from 2 to 128");
  end

endmodule

`default_nettype wire
