// Triangle of delay lines: lane i leaves Step * i cycles after it entered, or,
// when Reverse is set, Step * (Lanes - 1 - i) cycles.
//
// It has no valid bits; with Reset set all registers clear, for lanes that
// are tokens themselves.
//
// All lanes shift side by side through a rectangle, which is one wide register to
// a simulator.  What lies beyond the triangle is never read, so that synthesis
// removes it.

`default_nettype none

module sth_skew #(
  // Lanes, >= 3.
  parameter int Lanes = 16,
  // Bits of a lane.
  parameter int Width = 16,
  // Cycles from a lane to the next, >= 1.
  parameter int Step = 1,
  // 1: the first lane waits longest.
  parameter int Reverse = 0,
  // 1: registers reset to zero.
  parameter int Reset = 0
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic [Lanes*Width-1:0] data_i,
  output logic [Lanes*Width-1:0] data_o
);
  localparam int Stage = Lanes * Width;
  localparam int Depth = Step * (Lanes - 1);

  /* verilator lint_off UNUSEDSIGNAL */ // the corner beyond the triangle
  logic [Depth*Stage-1:0] rectangle_q;
  /* verilator lint_on UNUSEDSIGNAL */

  /* verilator lint_off WIDTHCONCAT */ // the reset value is as wide as the rectangle
  always_ff @(posedge clk_i) begin
    if (Reset != 0 && !rst_ni) rectangle_q <= '0;
    else rectangle_q <= {rectangle_q[(Depth-1)*Stage-1:0], data_i};
  end
  /* verilator lint_on WIDTHCONCAT */

  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    localparam int Delay = Step * ((Reverse != 0) ? Lanes - 1 - i : i);

    if (Delay == 0) begin : gen_wire
      assign data_o[i*Width+:Width] = data_i[i*Width+:Width];
    end else begin : gen_delay
      assign data_o[i*Width+:Width] = rectangle_q[(Delay-1)*Stage+i*Width+:Width];
    end
  end
endmodule

`default_nettype wire
