// Watchdog: a pulse after limit_i busy cycles in a row without a retirement.
//
// It starts over after each pulse; limit_i = 0 turns it off.  It does not
// decide what an expiry means.

`include "sth_assert.svh"
`default_nettype none

module sth_watchdog (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic [31:0] limit_i,
  input  logic        busy_i,
  input  logic        retire_i,
  output logic        expired_o
);

  logic [31:0] count_q;
  logic        counting;

  assign counting  = limit_i != '0 && busy_i && !retire_i;
  assign expired_o = counting && count_q >= limit_i - 32'd1;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || !counting || expired_o) count_q <= '0;
    else count_q <= count_q + 32'd1;
  end

  `STH_ASSERT(BusyOnly, expired_o -> busy_i && !retire_i && limit_i != '0)
  `STH_ASSERT_NEXT(StartsOver, expired_o, count_q == '0)
  `STH_ASSERT(NoWrap, count_q != '1)

endmodule

`default_nettype wire
