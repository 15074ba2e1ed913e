// Follows the commands in flight of one DMA direction and retires them in
// order.
//
// Up to four commands are in flight, each with a tag: its place in a ring.  A
// command is finished when its last burst was issued and none is outstanding.
// For each the module keeps what retirement reports: index, post mask, start
// cycle, digest, bytes, and the first failing burst in issue order.
//
// The order of failing bursts follows from their slots: slots are taken in
// ring order, so the distance from the ring's next slot orders all outstanding
// bursts.  When the slot of the recorded burst is taken again, every burst
// still outstanding is younger, and the record is final.
`include "sth_assert.svh"
`default_nettype none

module sth_dma_track #(
  // Slots: any number from 2 to 128.
  parameter int Slots = 16,
  // Operation code of the synchronisation command of this engine.
  parameter int SyncOpcode = 16,
  // Whether retirements tell co-simulation their start and their digest: 0 or 1.
  parameter int Events = 0,
  localparam int SlotWidth = $clog2(Slots),
  localparam int Depth = 4,
  localparam int TagWidth = 2
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic [         63:0] cycle_i,

  // A command starts, never in two cycles that follow each other.  room_o: there is a place for one
  // in the next cycle unless one starts in this.
  input  logic                 accept_i,
  input  logic [        511:0] cmd_i,
  input  logic [         31:0] cmd_index_i,
  output logic                 accept_sync_o,
  output logic                 room_o,

  // The youngest command issues a burst in slot issue_slot_i (the ring's next
  // slot, valid also without issue_i).
  input  logic                 issue_i,
  input  logic                 issue_end_i,
  input  logic [         12:0] issue_bytes_i,
  input  logic [SlotWidth-1:0] issue_slot_i,
  output logic [ TagWidth-1:0] issue_tag_o,

  // A burst of a command is complete.
  input  logic                 done_i,
  input  logic [ TagWidth-1:0] done_tag_i,

  // A part of a command's digest.
  input  logic                 digest_valid_i,
  input  logic [ TagWidth-1:0] digest_tag_i,
  input  logic [         31:0] digest_i,

  // A burst of a command failed.
  input  logic                 error_i,
  input  logic [ TagWidth-1:0] error_tag_i,
  input  logic [SlotWidth-1:0] error_slot_i,
  input  logic [         39:0] error_addr_i,

  output logic                 busy_o,
  output logic                 retire_valid_o,
  output logic [         31:0] retire_index_o,
  output logic [         15:0] retire_post_o,
  output logic                 retire_irq_o,
  output logic [         63:0] retire_start_o,
  output logic [         31:0] retire_digest_o,
  output logic                 retire_error_o,
  output logic [         39:0] retire_error_addr_o,
  output logic [         47:0] retire_bytes_o
);

  `include "sth_spec.svh"

  // Ring of commands in flight.
  logic [TagWidth-1:0] head_q;
  logic [TagWidth-1:0] tail_q;
  logic [         2:0] count_q;

  // By tag, flat, since several tags change in one cycle.
  logic [      Depth-1:0] finished;
  logic [   Depth*32-1:0] digest;
  logic [      Depth-1:0] failed;
  logic [   Depth*40-1:0] failed_addr;

  // By tag, what must never be: a burst is issued or complete that is none of the command's; more
  // bursts are outstanding than there can be.
  logic [Depth-1:0] unasked;
  logic [Depth-1:0] crowded;

  logic retire;
  logic unused;

  assign unused = &{1'b0, cmd_i, cycle_i};
  assign accept_sync_o = cmd_i[STH_ANY_OPCODE_LSB +: 8] == 8'(SyncOpcode);
  // A command is accepted only after the previous one issued its last burst.
  assign issue_tag_o = tail_q - 1'b1;
  assign retire = count_q != '0 && finished[head_q];
  assign room_o = count_q != 3'(Depth) || retire;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      head_q <= '0;
      tail_q <= '0;
      count_q <= '0;
    end else begin
      if (retire) head_q <= head_q + 1'b1;
      if (accept_i) tail_q <= tail_q + 1'b1;
      count_q <= count_q + {2'b0, accept_i} - {2'b0, retire};
    end
  end

  // What is known of a command from the start.
  localparam int StartWidth = Events != 0 ? 64 : 1;

  logic [31:0] head_index;
  logic [15:0] head_post;
  logic [StartWidth-1:0] head_start;
  logic        head_irq, head_sync;

  sth_regfile_1r1w #(
    .Width(50 + StartWidth),
    .Depth(Depth)
  ) u_commands (
    .clk_i,
    .raddr_i(head_q),
    .rdata_o({head_sync, head_irq, head_post, head_index, head_start}),
    .wen_i(accept_i),
    .waddr_i(tail_q),
    .wdata_i({accept_sync_o, cmd_i[STH_ANY_IRQ_LSB], cmd_i[STH_ANY_POST_LSB +: 16], cmd_index_i,
              cycle_i[StartWidth-1:0]})
  );

  // Bytes of the youngest command so far, put away when it has issued its last burst.
  logic [47:0] bytes_q, head_bytes;
  logic        issued_q;

  always_ff @(posedge clk_i) begin
    issued_q <= issue_i && issue_end_i;
    if (accept_i) bytes_q <= '0;
    else if (issue_i) bytes_q <= bytes_q + {35'd0, issue_bytes_i};
  end

  sth_regfile_1r1w #(
    .Width(48),
    .Depth(Depth)
  ) u_bytes (
    .clk_i,
    .raddr_i(head_q),
    .rdata_o(head_bytes),
    .wen_i(issued_q),
    .waddr_i(issue_tag_o),
    .wdata_i(bytes_q)
  );

  // Age of a failing burst: a smaller rank is older.
  logic [SlotWidth-1:0] error_rank;
  assign error_rank = f_rank(error_slot_i, issue_slot_i);

  // Steps in the ring from the next slot to a slot.  For a power of two the correction is zero.
  function automatic [SlotWidth-1:0] f_rank(input [SlotWidth-1:0] slot,
                                            input [SlotWidth-1:0] next);
    f_rank = slot - next;
    if (slot < next) f_rank = f_rank + SlotWidth'(Slots);
  endfunction

  for (genvar g = 0; g < Depth; g++) begin : gen_tag
    // Bursts outstanding: at most Slots, plus those whose slot was freed but
    // whose last beat is still on its way to the scratchpad, below 8: with 128
    // slots 8 bits hold them.
    logic [          7:0] outstanding_q;
    logic                 issuing_q;
    logic [         31:0] digest_q;
    logic                 failed_q;
    logic                 final_q;
    logic [SlotWidth-1:0] slot_q;
    logic [         39:0] addr_q;

    logic                 starts;
    logic                 issues;
    logic                 completes;
    logic                 fails;
    logic [SlotWidth-1:0] rank;

    assign starts = accept_i && tail_q == TagWidth'(g);
    assign issues = issue_i && issue_tag_o == TagWidth'(g);
    assign completes = done_i && done_tag_i == TagWidth'(g);
    assign rank = f_rank(slot_q, issue_slot_i);
    assign fails = error_i && error_tag_i == TagWidth'(g)
                && (!failed_q || (!final_q && error_rank < rank));

    always_ff @(posedge clk_i) begin
      if (!rst_ni) begin
        outstanding_q <= '0;
        issuing_q <= 1'b0;
        failed_q <= 1'b0;
        final_q <= 1'b0;
      end else if (starts) begin
        outstanding_q <= '0;
        issuing_q <= !accept_sync_o;
        failed_q <= 1'b0;
        final_q <= 1'b0;
      end else begin
        outstanding_q <= outstanding_q + {7'd0, issues} - {7'd0, completes};
        if (issues && issue_end_i) issuing_q <= 1'b0;
        if (fails) failed_q <= 1'b1;
        if (failed_q && issue_i && issue_slot_i == slot_q) final_q <= 1'b1;
      end
    end

    always_ff @(posedge clk_i) begin
      if (starts) digest_q <= '0;
      else if (digest_valid_i && digest_tag_i == TagWidth'(g)) digest_q <= digest_q ^ digest_i;
      if (fails) begin
        slot_q <= error_slot_i;
        addr_q <= error_addr_i;
      end
    end

    assign unasked[g] = (issues && !issuing_q) || (completes && outstanding_q == '0);
    assign crowded[g] = 32'(outstanding_q) > Slots + 7;

    assign finished[g] = !issuing_q && outstanding_q == '0;
    assign digest[g*32 +: 32] = digest_q;
    assign failed[g] = failed_q;
    assign failed_addr[g*40 +: 40] = addr_q;
  end

  // The retirement pulse and what it reports.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) retire_valid_o <= 1'b0;
    else retire_valid_o <= retire;
  end

  always_ff @(posedge clk_i) begin
    retire_index_o <= head_index;
    retire_post_o <= head_post;
    retire_irq_o <= head_irq;
    retire_start_o <= Events != 0 ? 64'(head_start) : '0;
    retire_digest_o <= Events != 0 ? digest[head_q*32 +: 32] : '0;
    retire_error_o <= failed[head_q];
    retire_error_addr_o <= failed_addr[head_q*40 +: 40];
    retire_bytes_o <= head_sync ? 48'd0 : head_bytes;
  end

  assign busy_o = count_q != '0 || retire_valid_o;

  initial begin
    if (STH_DEPTH_LOAD_COMMANDS != Depth || STH_DEPTH_STORE_COMMANDS != Depth)
      $error("the tags of sth_dma_track are not made for this many commands");
  end

  `STH_ASSERT(BurstHasCommand, unasked == '0)
  `STH_ASSERT(OutstandingInRange, crowded == '0)
  `STH_ASSERT(StartFindsRoom, accept_i -> count_q != 3'(Depth))
  `STH_ASSERT(ReportsInFlight, error_i || digest_valid_i -> count_q != '0)

endmodule

`default_nettype wire
