// Triangle of delay lines: lane i leaves i cycles after it entered, or, when
// Reverse is set, Lanes - 1 - i cycles.
//
// It has no valid bits; with Reset set all registers clear, for lanes that
// are tokens themselves.

`default_nettype none

module sth_skew #(
  // Lanes, >= 2.
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
  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    localparam int Delay = (Reverse != 0) ? Lanes - 1 - i : i;

    if (Delay == 0) begin : gen_wire
      assign data_o[i*Width+:Width] = data_i[i*Width+:Width];
    end else begin : gen_delay
      logic [(Delay+1)*Width-1:0] line;
      logic [Delay*Width-1:0] line_q;

      assign line = {line_q, data_i[i*Width+:Width]};

      always_ff @(posedge clk_i) begin
        if (Reset != 0 && !rst_ni) line_q <= '0;
        else line_q <= line[Delay*Width-1:0];
      end

      assign data_o[i*Width+:Width] = line[Delay*Width+:Width];
    end
  end
endmodule

`default_nettype wire
