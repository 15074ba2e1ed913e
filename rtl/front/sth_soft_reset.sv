// Soft reset sequencer: drain the bus, then reset the core for two cycles.
//
// After a request in cycle t, drain_o is high from t + 1; in the first cycle
// with drain_o and idle_i the bus is quiet, and core_rst_no is low in the two
// cycles after it.  active_o covers all of this.  core_rst_no also follows the
// reset of the chip.

`include "sth_assert.svh"
`default_nettype none

module sth_soft_reset (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic request_i,
  input  logic idle_i,
  output logic drain_o,
  output logic active_o,
  output logic core_rst_no
);

  localparam logic [1:0] StRun = 2'd0;
  localparam logic [1:0] StDrain = 2'd1;
  localparam logic [1:0] StFirst = 2'd2;
  localparam logic [1:0] StSecond = 2'd3;

  logic [1:0] state_d, state_q;

  always_comb begin
    state_d = state_q;
    case (state_q)
      StRun:   if (request_i) state_d = StDrain;
      StDrain: if (idle_i) state_d = StFirst;
      StFirst: state_d = StSecond;
      default: state_d = StRun;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) state_q <= StRun;
    else state_q <= state_d;
  end

  assign drain_o     = state_q == StDrain;
  assign active_o    = state_q != StRun;
  assign core_rst_no = rst_ni && state_q != StFirst && state_q != StSecond;

  `STH_ASSERT_NEXT(BusIsQuiet, core_rst_no && !(drain_o && idle_i), core_rst_no)
  `STH_ASSERT_NEXT(TwoCycles, $past(core_rst_no) && !core_rst_no, !core_rst_no)
  `STH_ASSERT(ActiveThroughout, drain_o || !core_rst_no -> active_o)

endmodule

`default_nettype wire
