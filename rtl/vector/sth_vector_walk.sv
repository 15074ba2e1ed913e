// Walks the row-tiles of one vector command: rows outside, column tiles inside.
//
// After start_i the outputs describe row-tile (0, 0); each next_i moves to the following one.
// Besides the position flags it counts the lanes of the present tile that are inside the matrix
// (active_o), from lane 0 upward. It knows neither addresses nor masks and does not stop: next_i after the last row-tile is an error of
// the caller.
`include "sth_assert.svh"
`default_nettype none

module sth_vector_walk #(
  // Columns of a row-tile, a power of two from 4 to 512.
  parameter int Cols = 16,
  localparam int ColBits = $clog2(Cols)
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  input  wire                start_i,
  input  wire                next_i,
  // Shape of the command, stable from start_i to its end.
  input  wire [15:0]         rows_i,
  input  wire [15:0]         cols_i,
  // The present row-tile.
  output wire [ColBits-1:0] lane_o,        // row modulo Cols
  output wire                tile_first_o,  // first tile of its row
  output wire                tile_last_o,   // last tile of its row
  output wire                group_last_o,  // last tile of the last row with this row / Cols
  output wire                row_last_o,    // in the last row
  output wire [ColBits:0]   active_o       // 1 to Cols
);
  // Rows left, the present one included.
  logic [15:0] rows_q;
  // Columns left in the row, the present tile included.
  logic [15:0] cols_q;
  logic [ColBits-1:0] lane_q;
  logic tile_first_q;

  wire tile_last = cols_q <= 16'(Cols);
  wire row_last = rows_q == 16'd1;

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      rows_q <= rows_i;
      cols_q <= cols_i;
      lane_q <= '0;
      tile_first_q <= 1'b1;
    end else if (next_i) begin
      tile_first_q <= tile_last;
      if (tile_last) begin
        rows_q <= rows_q - 16'd1;
        cols_q <= cols_i;
        lane_q <= lane_q + 1'b1;
      end else begin
        cols_q <= cols_q - 16'(Cols);
      end
    end
  end

  assign lane_o = lane_q;
  assign tile_first_o = tile_first_q;
  assign tile_last_o = tile_last;
  assign row_last_o = row_last;
  assign group_last_o = tile_last && (row_last || (&lane_q));
  assign active_o = tile_last ? cols_q[ColBits:0] : (ColBits + 1)'(Cols);

  `STH_ASSERT(StartsNotEmpty, start_i -> rows_i != '0 && cols_i != '0)
  `STH_ASSERT(StopsAtEnd, next_i -> rows_q != '0 && cols_q != '0)

  initial if (Cols < 4 || Cols > 512 || Cols != (1 << ColBits)) $error("Cols");
endmodule
`default_nettype wire
