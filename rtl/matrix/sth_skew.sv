// Triangle of delay lines: lane i leaves i cycles after it entered, or, when
// Reverse is set, Lanes - 1 - i cycles.
//
// It has no valid bits; with Reset set all registers clear, for lanes that
// are tokens themselves.
//
// All lanes shift side by side through a square, which is one wide register to
// a simulator.  What lies beyond the triangle is never read, so that synthesis
// removes it.

`default_nettype none

module sth_skew #(
  // Lanes, >= 3.
  parameter int Lanes = 16,
  // Bits of a lane.
  parameter int Width = 16,
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

  /* verilator lint_off UNUSEDSIGNAL */ // the corner beyond the triangle
  logic [(Lanes-1)*Stage-1:0] square_q;
  /* verilator lint_on UNUSEDSIGNAL */

  /* verilator lint_off WIDTHCONCAT */ // the reset value is as wide as the square
  always_ff @(posedge clk_i) begin
    if (Reset != 0 && !rst_ni) square_q <= '0;
    else square_q <= {square_q[(Lanes-2)*Stage-1:0], data_i};
  end
  /* verilator lint_on WIDTHCONCAT */

  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    localparam int Delay = (Reverse != 0) ? Lanes - 1 - i : i;

    if (Delay == 0) begin : gen_wire
      assign data_o[i*Width+:Width] = data_i[i*Width+:Width];
    end else begin : gen_delay
      assign data_o[i*Width+:Width] = square_q[(Delay-1)*Stage+i*Width+:Width];
    end
  end
endmodule

`default_nettype wire
