// Some lanes of the vector engine: a pipeline that never stalls.  All that they share with other
// lanes is the command and the cycle of a step.
//
//   convert, mul, add  (sth_vector_operate)
//   func               (sth_vector_func, and sth_vector_factor beside it)
//   gate, out          (sth_vector_gate)
//
// Each valid output is high in the cycle in which its value is there, u_soon_o in the one before;
// gate_valid_o in the one that takes keep_i.
`include "sth_assert.svh"
`default_nettype none

module sth_vector_lanes #(
  // Lanes, a multiple of those that share a function unit, or fewer than those.
  parameter int Lanes = 16,
  // Lanes that share a function unit: 1, 2 or 4.
  parameter int Share = 4
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  // The command, from two cycles before the first value comes.
  input  wire [1:0]          x_type_i,
  input  wire [1:0]          y_type_i,
  input  wire [1:0]          z_type_i,
  input  wire                max_i,
  input  wire                subtract_i,
  input  wire                unit_i,
  input  wire [3:0]          func_i,
  input  wire [1:0]          gate_i,
  input  wire [1:0]          d_type_i,
  // Raw elements.
  input  wire                valid_i,
  input  wire [32*Lanes-1:0] x_i,
  input  wire [32*Lanes-1:0] y_i,
  input  wire [32*Lanes-1:0] z_i,
  // Stage gate.
  output wire                gate_valid_o,
  input  wire [Lanes-1:0]    keep_i,
  output wire                u_soon_o,
  output wire                u_valid_o,
  output wire [32*Lanes-1:0] u_o,
  output wire                d_valid_o,
  output wire [32*Lanes-1:0] d_o
);
  // A step is at stage s of sth_vector_operate, 7 behind it; of sth_vector_gate, 4 behind it.
  logic [7:1] operate_q;
  logic [4:0] gate_q;
  wire done;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      operate_q <= '0;
      gate_q <= '0;
    end else begin
      operate_q <= {operate_q[6:1], valid_i};
      gate_q <= {gate_q[3:0], done};
    end
  end

  // A copy of the command, which has no lanes but these to drive.
  logic [1:0] x_type_q, y_type_q, z_type_q, gate_type_q, d_type_q;
  logic [3:0] func_q;
  logic max_q, subtract_q, unit_q;

  always_ff @(posedge clk_i) begin
    x_type_q <= x_type_i;
    y_type_q <= y_type_i;
    z_type_q <= z_type_i;
    max_q <= max_i;
    subtract_q <= subtract_i;
    unit_q <= unit_i;
    func_q <= func_i;
    gate_type_q <= gate_i;
    d_type_q <= d_type_i;
  end

  wire [32*Lanes-1:0] x_lanes, v_lanes, f_lanes, factor_lanes;

  sth_vector_operate #(.Lanes(Lanes)) u_operate (
    .clk_i,
    .valid_i({operate_q[6:1], valid_i}),
    .x_type_i(x_type_q),
    .y_type_i(y_type_q),
    .z_type_i(z_type_q),
    .max_i(max_q),
    .subtract_i(subtract_q),
    .x_i, .y_i, .z_i,
    .x_o(x_lanes),
    .v_o(v_lanes)
  );

  sth_vector_func #(.Lanes(Lanes), .Share(Share)) u_func (
    .clk_i, .rst_ni,
    .unit_i(unit_q),
    .func_i(func_q),
    .valid_i(operate_q[7]),
    .v_i(v_lanes),
    .done_o(done),
    .f_o(f_lanes)
  );

  sth_vector_factor #(.Lanes(Lanes), .Share(Share), .Lag(5)) u_factor (
    .clk_i, .rst_ni,
    .gate_i(gate_type_q),
    .unit_i(unit_q),
    .x_valid_i(operate_q[2]),
    .x_i(x_lanes),
    .v_valid_i(operate_q[7]),
    .v_i(v_lanes),
    .load_i(done),
    .factor_o(factor_lanes)
  );

  sth_vector_gate #(.Lanes(Lanes)) u_gate (
    .clk_i,
    .valid_i(gate_q[3:0]),
    .d_type_i(d_type_q),
    .f_i(f_lanes),
    .factor_i(factor_lanes),
    .keep_i,
    .u_o, .d_o
  );

  assign gate_valid_o = gate_q[0];
  assign u_soon_o = gate_q[1];
  assign u_valid_o = gate_q[2];
  assign d_valid_o = gate_q[4];
endmodule
`default_nettype wire
