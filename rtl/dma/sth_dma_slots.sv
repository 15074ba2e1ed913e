// Slots of outstanding bursts: a slot number is the burst's AXI ID.
//
// Slots are handed out in ring order, so all outstanding bursts lie within the
// last Slots that were issued and slot numbers tell their age.  Responses may
// return in any order; a slot that is still busy when the ring reaches it
// holds back further bursts.  A slot that is released in cycle T may be taken
// in T+2.  A slot remembers its command's tag and the burst's address; what
// else a direction needs it keeps itself.
`include "sth_assert.svh"
`default_nettype none

module sth_dma_slots #(
  // Slots: any number from 2 to 128.
  parameter int Slots = 16,
  // Bits of a command tag.
  parameter int TagWidth = 2,
  localparam int SlotWidth = $clog2(Slots)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  // The next slot in the ring; it may be taken while free_o.
  output logic                 free_o,
  output logic [SlotWidth-1:0] next_o,
  input  logic                 take_i,
  input  logic [ TagWidth-1:0] tag_i,
  input  logic [         39:0] addr_i,

  // A response looks up its slot and may free it.
  input  logic [SlotWidth-1:0] slot_i,
  output logic [ TagWidth-1:0] tag_o,
  output logic [         39:0] addr_o,
  input  logic                 release_i,

  output logic                 empty_o
);

  localparam logic [SlotWidth-1:0] Last = SlotWidth'(Slots - 1);

  logic [    Slots-1:0] busy_q;
  // The next slot in the ring, the one after it, and whether the former is free.
  logic [SlotWidth-1:0] next_q, after_q;
  logic                 free_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_q <= '0;
      free_q <= 1'b1;
      next_q <= '0;
      after_q <= SlotWidth'(1);
    end else begin
      if (release_i) busy_q[slot_i] <= 1'b0;
      if (take_i) begin
        busy_q[next_q] <= 1'b1;
        next_q <= after_q;
        after_q <= (after_q == Last) ? '0 : after_q + 1'b1;
      end
      free_q <= take_i ? !busy_q[after_q] : !busy_q[next_q];
    end
  end

  sth_regfile_1r1w #(
    .Width(TagWidth + 40),
    .Depth(Slots)
  ) u_table (
    .clk_i,
    .raddr_i(slot_i),
    .rdata_o({tag_o, addr_o}),
    .wen_i(take_i),
    .waddr_i(next_q),
    .wdata_i({tag_i, addr_i})
  );

  assign free_o = free_q;
  assign next_o = next_q;
  assign empty_o = busy_q == '0;

  // A slot is taken only when it is free and released only when it is taken.
  `STH_ASSERT(TakesFreeSlot, take_i -> !busy_q[next_q])
  `STH_ASSERT(ReleasesTakenSlot, release_i -> 32'(slot_i) < Slots && busy_q[slot_i])
  `STH_ASSERT(RingInRange, 32'(next_q) < Slots && 32'(after_q) < Slots)

endmodule

`default_nettype wire
