// Watchdog: a pulse after limit_i busy cycles in a row without a retirement.
//
// It starts over after each pulse and in the cycle after limit_i is written;
// limit_i = 0 turns it off.  It does not decide what an expiry means.

`include "sth_assert.svh"
`default_nettype none

module sth_watchdog (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic [31:0] limit_i,
  // limit_i changes with the next cycle.
  input  logic        set_i,
  input  logic        busy_i,
  input  logic        retire_i,
  output logic        expired_o
);

  // Cycles to come before the last one, of which it looks at nothing but zero.
  logic [31:0] left_q;
  logic        set_q, counting;

  assign counting  = limit_i != '0 && busy_i && !retire_i && !set_i && !set_q;
  assign expired_o = counting && left_q == '0;

  always_ff @(posedge clk_i) begin
    set_q <= set_i;
    if (!rst_ni || !counting || expired_o) left_q <= limit_i - 32'd1;
    else left_q <= left_q - 32'd1;
  end

  `STH_ASSERT(BusyOnly, expired_o -> busy_i && !retire_i && limit_i != '0)
  `STH_ASSERT_NEXT(StartsOver, expired_o, set_q || left_q == limit_i - 32'd1)
  `STH_ASSERT(WithinLimit, counting -> left_q < limit_i)

endmodule

`default_nettype wire
