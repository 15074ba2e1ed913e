// Second half of a lane of the vector engine, behind the function unit.
//
//   enter  the second factor, v or x, starts to wait while the function is computed
//   gate   u = f, or f times the factor; +0 when keep_i is low
//   out    d = u converted to the destination's type
//
// Each is enabled by the valid bit of what enters it. The factors wait in a ring whose pointers all
// lanes share; u_o and d_o are valid in the cycle after the enables of gate and out.
`default_nettype none

module sth_vector_gate #(
  // Ring entries: a power of two, at least STH_LAT_FUNC.
  parameter int GateDepth = 16,
  localparam int GateBits = $clog2(GateDepth)
) (
  input  wire                clk_i,
  input  wire                enter_i,
  input  wire                gate_i,
  input  wire                out_i,
  input  wire [GateBits-1:0] wptr_i,
  input  wire [GateBits-1:0] rptr_i,
  // The command: multiply; the factor is x rather than v; destination type.
  input  wire                mul_i,
  input  wire                by_x_i,
  input  wire [1:0]          d_type_i,
  input  wire [31:0]         x_i,
  input  wire [31:0]         v_i,
  input  wire [31:0]         f_i,
  input  wire                keep_i,
  output wire [31:0]         u_o,
  output wire [31:0]         d_o
);
  `include "sth_spec.svh"
  `include "sth_fp32_mul.svh"
  `include "sth_from_fp32.svh"

  logic [31:0] ring [GateDepth];
  logic [31:0] u_q, d_q;

  always_ff @(posedge clk_i) begin
    if (enter_i && mul_i) ring[wptr_i] <= by_x_i ? x_i : v_i;
    if (gate_i) begin
      if (!keep_i) u_q <= 32'd0;
      else if (mul_i) u_q <= f_fp32_mul(f_i, ring[rptr_i]);
      else u_q <= f_i;
    end
    if (out_i) d_q <= f_from_fp32(d_type_i, u_q);
  end

  assign u_o = u_q;
  assign d_o = d_q;

  initial if (GateDepth < STH_LAT_FUNC || GateDepth != (1 << GateBits)) $error("GateDepth");
endmodule
`default_nettype wire
