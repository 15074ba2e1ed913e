// The lanes of the vector engine: a pipeline of one operation a stage that never stalls.
//
//   0 select   1 convert   2 mul   3 add   (sth_vector_operate)
//   4 func     the function unit, STH_LAT_FUNC cycles
//   5 gate     6 out       (sth_vector_gate)
//
// stage_i[s] is high while a value enters stage s. u_o and d_o are valid one cycle after the enables
// of gate and out.
`include "sth_assert.svh"
`default_nettype none

module sth_vector_lanes #(
  // Lanes, at least 1.
  parameter int Lanes = 16,
  // Values that wait beside the function unit: a power of two, at least STH_LAT_FUNC.
  parameter int GateDepth = 16,
  localparam int GateBits = $clog2(GateDepth)
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  input  wire [6:0]          stage_i,
  input  wire [GateBits-1:0] gate_wptr_i,
  input  wire [GateBits-1:0] gate_rptr_i,
  // The command.
  input  wire [1:0]          x_type_i,
  input  wire [1:0]          y_type_i,
  input  wire [1:0]          z_type_i,
  input  wire                mul_i,
  input  wire                add_i,
  input  wire [1:0]          addop_i,
  input  wire [3:0]          func_i,
  input  wire [1:0]          gate_i,
  input  wire [1:0]          d_type_i,
  // Stage select.
  input  wire [32*Lanes-1:0] x_i,
  input  wire [32*Lanes-1:0] y_i,
  input  wire [32*Lanes-1:0] z_i,
  // Stage gate.
  input  wire [Lanes-1:0]    keep_i,
  output wire [32*Lanes-1:0] u_o,
  output wire [32*Lanes-1:0] d_o
);
  wire [32*Lanes-1:0] operated_x, operated_v, func_value;

  sth_vector_operate #(.Lanes(Lanes)) u_operate (
    .clk_i,
    .stage_i(stage_i[3:0]),
    .x_type_i, .y_type_i, .z_type_i,
    .mul_i, .add_i, .addop_i,
    .x_i, .y_i, .z_i,
    .x_o(operated_x),
    .v_o(operated_v)
  );

  sth_func #(.Lanes(Lanes)) u_func (
    .clk_i, .rst_ni,
    .valid_i(stage_i[4]),
    .func_i,
    .v_i(operated_v),
    .y_o(func_value)
  );

  sth_vector_gate #(.Lanes(Lanes), .GateDepth(GateDepth)) u_gate (
    .clk_i,
    .enter_i(stage_i[4]),
    .gate_i(stage_i[5]),
    .out_i(stage_i[6]),
    .wptr_i(gate_wptr_i),
    .rptr_i(gate_rptr_i),
    .mul_i(gate_i != 2'd0),
    .by_x_i(gate_i[1]),
    .d_type_i,
    .x_i(operated_x),
    .v_i(operated_v),
    .f_i(func_value),
    .keep_i,
    .u_o, .d_o
  );

  // What entered a stage enters the next one a cycle later.
  `STH_ASSERT(StagesFollow, {stage_i[6], stage_i[4:1]} == $past({stage_i[5], stage_i[3:0]}))
endmodule
`default_nettype wire
