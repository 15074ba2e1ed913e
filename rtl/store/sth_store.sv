// Store engine: copies strided blocks from the scratchpad to memory.
//
// One command at a time is walked into write bursts, one burst a cycle while a
// slot and a place in the burst queue are free; up to four commands are in
// flight and retire in order.  Write data follows the addresses in order, one
// bus word a cycle at any alignment, without a gap between bursts or commands.
// Write responses may come in any order.  A SYNC_STORE passes through in
// order.
//
// Waiting for semaphores is done before cmd_valid_i, and posting after
// retire_valid_o, by others.  A failing burst does not stop its command: the
// remaining bursts run and the retirement carries the error.  Data may be
// offered on the bus before its address was taken, as AXI allows.
//
// drain_i: no new burst is issued; bursts already issued run to their end.
// When idle_o nothing is outstanding and the engine may be reset.
`include "sth_assert.svh"
`default_nettype none

module sth_store #(
  // Bytes of a bus word: a power of two, 4 to 2048, at most WordBytes.
  parameter int BusBytes = 16,
  // Bytes of a scratchpad word: a power of two.
  parameter int WordBytes = 64,
  // Write bursts outstanding: any number from 2 to 128.
  parameter int StoreSlots = 16,
  // Whether retirements tell co-simulation their start and their digest: 0 or 1.
  parameter int Events = 0
) (
  `include "sth_dma_ports.svh"

  // A read waited for a scratchpad bank in the cycle before.
  output logic                    bank_stall_o,

  // AXI write channels.
  output logic                    aw_valid_o,
  input  logic                    aw_ready_i,
  output logic [             7:0] aw_id_o,
  output logic [            39:0] aw_addr_o,
  output logic [             7:0] aw_len_o,
  output logic                    w_valid_o,
  input  logic                    w_ready_i,
  output logic [  8*BusBytes-1:0] w_data_o,
  output logic [    BusBytes-1:0] w_strb_o,
  output logic                    w_last_o,
  input  logic                    b_valid_i,
  output logic                    b_ready_o,
  input  logic [             7:0] b_id_i,
  input  logic [             1:0] b_resp_i,

  // Scratchpad read port S.
  output logic                    s_req_o,
  output logic [            27:0] s_addr_o,
  output logic                    s_two_o,
  input  logic                    s_gnt_i,
  input  logic [16*BusBytes-1:0]  s_rdata_i
);

  `include "sth_spec.svh"

  localparam int SlotWidth = $clog2(StoreSlots);
  localparam int OffWidth = $clog2(BusBytes);
  localparam int TagWidth = 2;
  // What the reader needs of a burst: base, address, lane, length, first and last byte, tag.
  localparam int BurstWidth = 2 * 28 + 15 + 8 + 2 * OffWidth + TagWidth;

  // Bursts out.
  logic                 burst, queue_ready;
  logic [         27:0] burst_base, burst_sp;
  logic [         14:0] burst_lane;
  logic [          7:0] burst_len;
  logic [ OffWidth-1:0] burst_first, burst_last;
  logic [ TagWidth-1:0] burst_tag;
  logic [SlotWidth-1:0] unused_burst_slot;

  logic                 address_valid, address_ready;
  logic [          7:0] address_id, address_len;
  logic [         39:0] address;

  // Responses, registered and always accepted.
  logic                 b_valid_q, b_error_q;
  logic [SlotWidth-1:0] b_slot_q;
  logic [ TagWidth-1:0] slot_tag;

  // Digests.
  logic                 digest_valid;
  logic [ TagWidth-1:0] digest_tag;
  logic [         31:0] digest;

  sth_dma_control #(
    .BusBytes(BusBytes),
    .Slots(StoreSlots),
    .SyncOpcode(STH_OP_SYNC_STORE),
    .Events(Events)
  ) u_control (
    `include "sth_dma_connect.svh"
    .ax_valid_o(address_valid),
    .ax_ready_i(address_ready),
    .ax_id_o(address_id),
    .ax_addr_o(address),
    .ax_len_o(address_len),
    .burst_ready_i(queue_ready),
    .burst_o(burst),
    .burst_slot_o(unused_burst_slot),
    .burst_tag_o(burst_tag),
    .burst_base_o(burst_base),
    .burst_sp_o(burst_sp),
    .burst_lane_o(burst_lane),
    .burst_len_o(burst_len),
    .burst_first_o(burst_first),
    .burst_last_o(burst_last),
    .slot_i(b_slot_q),
    .slot_tag_o(slot_tag),
    .release_i(b_valid_q),
    .error_i(b_valid_q && b_error_q),
    .done_i(b_valid_q),
    .done_tag_i(slot_tag),
    .digest_valid_i(digest_valid),
    .digest_tag_i(digest_tag),
    .digest_i(digest)
  );

  sth_axi_slice #(
    .Width(56)
  ) u_address (
    .clk_i,
    .rst_ni,
    .in_valid_i(address_valid),
    .in_ready_o(address_ready),
    .in_data_i({address_id, address_len, address}),
    .out_valid_o(aw_valid_o),
    .out_ready_i(aw_ready_i),
    .out_data_o({aw_id_o, aw_len_o, aw_addr_o})
  );

  assign b_ready_o = 1'b1;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) b_valid_q <= 1'b0;
    else b_valid_q <= b_valid_i;
  end

  always_ff @(posedge clk_i) begin
    b_slot_q <= b_id_i[SlotWidth-1:0];
    b_error_q <= b_resp_i[1];
  end

  // The bus returns only IDs that were issued; RESP[0] tells nothing of use.
  logic unused_b;
  assign unused_b = &{1'b0, b_id_i, b_resp_i};

  // Bursts whose address runs ahead of their data.
  logic                queue_valid, read_ready;
  logic [        27:0] read_base, read_sp;
  logic [        14:0] read_lane;
  logic [         7:0] read_len;
  logic [OffWidth-1:0] read_first, read_last;
  logic [TagWidth-1:0] read_tag;

  sth_fifo #(
    .Width(BurstWidth),
    .Depth(STH_DEPTH_STORE_BURSTS)
  ) u_bursts (
    .clk_i,
    .rst_ni,
    .push_valid_i(burst),
    .push_ready_o(queue_ready),
    .push_data_i({burst_base, burst_sp, burst_lane, burst_len, burst_first, burst_last, burst_tag}),
    .pop_valid_o(queue_valid),
    .pop_ready_i(read_ready),
    .pop_data_o({read_base, read_sp, read_lane, read_len, read_first, read_last, read_tag})
  );

  sth_store_read #(
    .BusBytes(BusBytes),
    .WordBytes(WordBytes)
  ) u_read (
    .clk_i,
    .rst_ni,
    .burst_valid_i(queue_valid),
    .burst_ready_o(read_ready),
    .burst_base_i(read_base),
    .burst_sp_i(read_sp),
    .burst_lane_i(read_lane),
    .burst_len_i(read_len),
    .burst_first_i(read_first),
    .burst_last_i(read_last),
    .burst_tag_i(read_tag),
    .s_req_o,
    .s_addr_o,
    .s_two_o,
    .s_gnt_i,
    .s_rdata_i,
    .w_valid_o,
    .w_ready_i,
    .w_data_o,
    .w_strb_o,
    .w_last_o,
    .digest_valid_o(digest_valid),
    .digest_tag_o(digest_tag),
    .digest_o(digest)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) bank_stall_o <= 1'b0;
    else bank_stall_o <= s_req_o && !s_gnt_i;
  end

  // Responses come for bursts that were issued: their IDs are slots.
  `STH_ASSERT(ResponseIdIsSlot, b_valid_i -> 32'(b_id_i) < StoreSlots)

endmodule

`default_nettype wire
