// Second half of the lanes of the vector engine, behind the function unit.
//
//   enter  the second factor, v or x, starts to wait while the function is computed
//   gate   u = f, or f times the factor; +0 when keep_i is low
//   out    d = u converted to the destination's type
//
// Each is enabled by the valid bit of what enters it. The factors of all lanes wait in one ring; u_o and
// d_o are valid in the cycle after the enables of gate and out.
`include "sth_assert.svh"
`default_nettype none

module sth_vector_gate #(
  // Lanes, at least 1.
  parameter int Lanes = 16,
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
  input  wire [32*Lanes-1:0] x_i,
  input  wire [32*Lanes-1:0] v_i,
  input  wire [32*Lanes-1:0] f_i,
  input  wire [Lanes-1:0]    keep_i,
  output wire [32*Lanes-1:0] u_o,
  output wire [32*Lanes-1:0] d_o
);
  `include "sth_spec.svh"
  `include "sth_fp32_mul.svh"
  `include "sth_from_fp32.svh"

  logic [32*Lanes-1:0] ring [GateDepth];
  logic [32*Lanes-1:0] u_q, d_q;

  // f, or f times the factor, in the lanes to keep.
  function automatic [32*Lanes-1:0] f_gated(input [Lanes-1:0] keep, input mul,
                                            input [32*Lanes-1:0] f, input [32*Lanes-1:0] factor);
    f_gated = (32 * Lanes)'(1'b0);
    for (int i = 0; i < Lanes; i++) begin
      if (keep[i]) begin
        if (mul) f_gated[32*i +: 32] = f_fp32_mul(f[32*i +: 32], factor[32*i +: 32]);
        else f_gated[32*i +: 32] = f[32*i +: 32];
      end
    end
  endfunction

  function automatic [32*Lanes-1:0] f_converted(input [1:0] dtype, input [32*Lanes-1:0] v);
    for (int i = 0; i < Lanes; i++) f_converted[32*i +: 32] = f_from_fp32(dtype, v[32*i +: 32]);
  endfunction

  always_ff @(posedge clk_i) begin
    if (enter_i && mul_i) ring[wptr_i] <= by_x_i ? x_i : v_i;
    if (gate_i) u_q <= f_gated(keep_i, mul_i, f_i, ring[rptr_i]);
    if (out_i) d_q <= f_converted(d_type_i, u_q);
  end

  assign u_o = u_q;
  assign d_o = d_q;

  `STH_ASSERT_INIT(RingHoldsFactors, GateDepth >= STH_LAT_FUNC && GateDepth == 1 << GateBits)
endmodule
`default_nettype wire
