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
`default_nettype none

module sth_store #(
  // Bytes of a bus word: a power of two, 4 to 256, at most WordBytes.
  parameter int BusBytes = 16,
  // Bytes of a scratchpad word: a power of two.
  parameter int WordBytes = 64,
  // Write bursts outstanding: a power of two, 2 to 64.
  parameter int StoreSlots = 16
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

  // A read waits for a scratchpad bank.
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
  input  logic [16*WordBytes-1:0] s_rdata_i
);

  `include "sth_spec.svh"

  localparam int SlotWidth = $clog2(StoreSlots);
  localparam int OffWidth = $clog2(BusBytes);
  localparam int BurstWidth = 28 + 15 + 8 + 2 * OffWidth + 2;
  // Bursts whose address may run ahead of their data.
  localparam int BurstQueueDepth = STH_DEPTH_STORE_BURSTS;

  initial begin
    if (BusBytes < 4 || BusBytes > 256 || (BusBytes & (BusBytes - 1)) != 0)
      $error("BusBytes is no power of two from 4 to 256");
    if (WordBytes < BusBytes || (WordBytes & (WordBytes - 1)) != 0)
      $error("WordBytes is no power of two >= BusBytes");
    if (StoreSlots < 2 || StoreSlots > 64 || (StoreSlots & (StoreSlots - 1)) != 0)
      $error("StoreSlots is no power of two from 2 to 64");
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
  logic                 queue_ready;

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
  logic                 aw_valid_q;
  logic [SlotWidth-1:0] aw_slot_q;

  assign issue_ready = slot_free && queue_ready && (!aw_valid_q || aw_ready_i) && !drain_i;
  assign issue = burst_valid && issue_ready;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) aw_valid_q <= 1'b0;
    else if (issue) aw_valid_q <= 1'b1;
    else if (aw_ready_i) aw_valid_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (issue) begin
      aw_slot_q <= next_slot;
      aw_addr_o <= burst_addr;
      aw_len_o <= burst_len;
    end
  end

  assign aw_valid_o = aw_valid_q;
  assign aw_id_o = 8'(aw_slot_q);

  // Responses, registered and always accepted.
  logic                 b_valid_q;
  logic [SlotWidth-1:0] b_slot_q;
  logic                 b_error_q;
  logic [          1:0] slot_tag;
  logic [         39:0] slot_addr;
  logic                 slots_empty;
  logic                 unused_b;

  // The bus returns only IDs that were issued; RESP[0] tells nothing of use.
  assign unused_b = &{1'b0, b_id_i, b_resp_i};
  assign b_ready_o = 1'b1;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) b_valid_q <= 1'b0;
    else b_valid_q <= b_valid_i;
  end

  always_ff @(posedge clk_i) begin
    b_slot_q <= b_id_i[SlotWidth-1:0];
    b_error_q <= b_resp_i[1];
  end

  sth_dma_slots #(
    .Slots(StoreSlots),
    .TagWidth(2)
  ) u_slots (
    .clk_i,
    .rst_ni,
    .free_o(slot_free),
    .next_o(next_slot),
    .take_i(issue),
    .tag_i(issue_tag),
    .addr_i(burst_addr),
    .slot_i(b_slot_q),
    .tag_o(slot_tag),
    .addr_o(slot_addr),
    .release_i(b_valid_q),
    .empty_o(slots_empty)
  );

  // Data.
  logic                queue_valid;
  logic                read_ready;
  logic [        27:0] read_base;
  logic [        14:0] read_lane;
  logic [         7:0] read_len;
  logic [OffWidth-1:0] read_first;
  logic [OffWidth-1:0] read_last;
  logic [         1:0] read_tag;
  logic                digest_valid;
  logic [         1:0] digest_tag;
  logic [        31:0] digest;

  sth_dma_fifo #(
    .Width(BurstWidth),
    .Depth(BurstQueueDepth)
  ) u_bursts (
    .clk_i,
    .rst_ni,
    .in_valid_i(issue),
    .in_ready_o(queue_ready),
    .in_data_i({burst_sp - 28'(burst_first), burst_addr[16:2], burst_len, burst_first,
                burst_last, issue_tag}),
    .out_valid_o(queue_valid),
    .out_ready_i(read_ready),
    .out_data_o({read_base, read_lane, read_len, read_first, read_last, read_tag})
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

  // Commands out.
  sth_dma_track #(
    .Slots(StoreSlots),
    .SyncOpcode(STH_OP_SYNC_STORE)
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
    .done_i(b_valid_q),
    .done_tag_i(slot_tag),
    .digest_valid_i(digest_valid),
    .digest_tag_i(digest_tag),
    .digest_i(digest),
    .error_i(b_valid_q && b_error_q),
    .error_tag_i(slot_tag),
    .error_slot_i(b_slot_q),
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

  assign bank_stall_o = s_req_o && !s_gnt_i;
  assign idle_o = slots_empty && !aw_valid_q;

endmodule

`default_nettype wire
