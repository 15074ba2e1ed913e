// Address of one operand of a vector command, row-tile by row-tile.
//
// Works from two strides in units (accumulator rows, or Cols bytes of scratchpad). A scalar
// operand moves only when a group of Cols rows ends. moves_o says whether the address of the next
// row-tile differs from the present one, which decides whether the operand is read again.
// It does not check ranges.
`include "sth_assert.svh"
`default_nettype none

module sth_vector_addr #(
  // Columns of a row-tile, a power of two from 4 to 512.
  parameter int Cols = 16
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        start_i,
  input  wire        next_i,
  // The operand, stable from start_i to the end of the command.
  input  wire [27:0] base_i,
  input  wire [15:0] row_i,
  input  wire [15:0] tile_i,
  input  wire        sp_i,
  input  wire        scalar_i,
  // The present row-tile.
  input  wire        tile_last_i,
  input  wire        lane_last_i,
  output wire [27:0] addr_o,
  output wire        moves_o
);
  localparam int ColBits = $clog2(Cols);

  // Addresses of the present row-tile, of the present row's first and of the next row's first.
  logic [27:0] addr_q, row_addr_q, next_row_addr_q;
  logic tile_steps_q;  // tiles of a row have different addresses

  wire [27:0] row_step = sp_i ? {12'd0, row_i} << ColBits : {12'd0, row_i};
  wire [27:0] tile_step = sp_i ? {12'd0, tile_i} << ColBits : {12'd0, tile_i};
  wire row_moves = !scalar_i || lane_last_i;
  wire [27:0] row_addr = row_moves ? next_row_addr_q : row_addr_q;

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      addr_q <= base_i;
      row_addr_q <= base_i;
      next_row_addr_q <= base_i + row_step;
      tile_steps_q <= !scalar_i && tile_i != '0;
    end else if (next_i) begin
      if (!tile_last_i) begin
        if (tile_steps_q) addr_q <= addr_q + tile_step;
      end else begin
        addr_q <= row_addr;
        row_addr_q <= row_addr;
        if (row_moves) next_row_addr_q <= next_row_addr_q + row_step;
      end
    end
  end

  assign addr_o = addr_q;
  assign moves_o = tile_last_i ? row_addr != addr_q : tile_steps_q;

  `STH_ASSERT(StartsBetween, !(start_i && next_i))
endmodule
`default_nettype wire
