// Slots of outstanding bursts: a slot number is the burst's AXI ID.
//
// Slots are handed out in ring order, so all outstanding bursts lie within the
// last Slots that were issued and slot numbers tell their age.  Responses may
// return in any order; a slot that is still busy when the ring reaches it
// holds back further bursts.  A slot remembers its command's tag and the
// burst's address; what else a direction needs it keeps itself.
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
  logic [SlotWidth-1:0] next_q;
  logic [ TagWidth-1:0] tag_q [Slots];
  logic [         39:0] addr_q [Slots];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_q <= '0;
      next_q <= '0;
    end else begin
      if (release_i) busy_q[slot_i] <= 1'b0;
      if (take_i) begin
        busy_q[next_q] <= 1'b1;
        next_q <= (next_q == Last) ? '0 : next_q + 1'b1;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (take_i) begin
      tag_q[next_q] <= tag_i;
      addr_q[next_q] <= addr_i;
    end
  end

  assign free_o = !busy_q[next_q];
  assign next_o = next_q;
  assign tag_o = tag_q[slot_i];
  assign addr_o = addr_q[slot_i];
  assign empty_o = busy_q == '0;

  // A slot is taken only when it is free and released only when it is taken.
  `STH_ASSERT(TakesFreeSlot, take_i -> !busy_q[next_q])
  `STH_ASSERT(ReleasesTakenSlot, release_i -> 32'(slot_i) < Slots && busy_q[slot_i])
  `STH_ASSERT(RingInRange, 32'(next_q) < Slots)

endmodule

`default_nettype wire
