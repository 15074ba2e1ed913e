// A row-tile on its way to the lanes: Lanes of its columns a step, in ascending order.
//
// A row-tile comes with valid_i; valid_o is high in the next cycle, with its first step, and in the
// first cycle of every further one, turns_i + 1 cycles after the step before.  A step stays until
// the next one.  The next row-tile may come in the last cycle of the last step's turns.
`include "sth_assert.svh"
`default_nettype none

module sth_vector_steps #(
  // Columns of a row-tile.
  parameter int Cols = 16,
  // Lanes, by which Cols can be divided.
  parameter int Lanes = 16
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  input  wire [3:0]          turns_i,  // cycles of a step, less one; stable while steps are left
  input  wire                valid_i,
  input  wire [32*Cols-1:0]  x_i,
  input  wire [32*Cols-1:0]  y_i,
  input  wire [32*Cols-1:0]  z_i,
  output wire                valid_o,
  output wire [32*Lanes-1:0] x_o,
  output wire [32*Lanes-1:0] y_o,
  output wire [32*Lanes-1:0] z_o
);
  localparam int Steps = Cols / Lanes;

  // The present step in the lowest words, the others above it.
  logic [32*Cols-1:0] x_q, y_q, z_q;
  logic valid_q;
  wire next;

  if (Steps == 1) begin : gen_one
    wire unused_turns = |turns_i;
    assign next = 1'b0;
  end else begin : gen_steps
    localparam int CountWidth = $clog2(Steps);
    logic [CountWidth-1:0] left_q;  // steps behind the present one
    logic [3:0] turns_q;            // cycles of the present one besides this

    always_ff @(posedge clk_i) begin
      if (!rst_ni) left_q <= '0;
      else if (valid_i) left_q <= CountWidth'(Steps - 1);
      else if (next) left_q <= left_q - 1'b1;

      if (valid_i || next) turns_q <= turns_i;
      else turns_q <= turns_q - 4'd1;
    end

    assign next = left_q != '0 && turns_q == '0;

    `STH_ASSERT(RowTileIsOver, valid_i -> left_q == '0)
  end

  always_ff @(posedge clk_i) begin
    valid_q <= rst_ni && (valid_i || next);
    if (valid_i) begin
      x_q <= x_i;
      y_q <= y_i;
      z_q <= z_i;
    end else if (next) begin
      x_q <= x_q >> 32 * Lanes;
      y_q <= y_q >> 32 * Lanes;
      z_q <= z_q >> 32 * Lanes;
    end
  end

  assign valid_o = valid_q;
  assign x_o = x_q[32*Lanes-1:0];
  assign y_o = y_q[32*Lanes-1:0];
  assign z_o = z_q[32*Lanes-1:0];

  initial if (Cols % Lanes != 0) $error("Cols is no multiple of Lanes");
endmodule
`default_nettype wire
