// Which lanes of the present row-tile the mask of a vector command admits: from first_o up to, not
// including, end_o.
//
// It goes with a sth_vector_walk: start_i and next_i are the same, tile_last_i is its. It does not
// know where the rows or the columns end.
`include "sth_assert.svh"
`default_nettype none

module sth_vector_mask #(
  // Columns of a row-tile, a power of two from 4 to 512.
  parameter int Cols = 16,
  localparam int ColBits = $clog2(Cols)
) (
  input  wire              clk_i,
  input  wire              rst_ni,
  input  wire              start_i,
  input  wire              next_i,
  input  wire              tile_last_i,
  // The command, stable from start_i to its end.
  input  wire              mask_i,
  input  wire [19:0]       offset_i,  // signed
  input  wire [11:0]       rows_i,    // the mask begins anew after so many; 0: never
  input  wire [12:0]       window_i,  // columns of a row; 0: all below its end
  output wire [ColBits:0]  first_o,   // 0 to Cols; 0 without a mask
  output wire [ColBits:0]  end_o      // 0 to Cols; Cols without a mask
);
  // Rows until the mask begins anew, the present one included.
  logic [11:0] rows_q;
  // Columns before the end of the present row's window, counted from the row's first, and from the
  // tile's: row + offset + 1, and the same less the columns of the tiles passed; and before its
  // beginning. Bounds: -2^19 + 1 .. 2^19 + 2^16 and, lowered by at most 2^16 + 2^13, signed 21 bits
  // hold all.
  logic signed [20:0] row_end_q, end_q, row_first_q, first_q;

  wire again = rows_q == 12'd1;
  wire signed [20:0] begin_end = $signed({offset_i[19], offset_i}) + 21'sd1;
  wire signed [20:0] begin_first = begin_end - $signed({8'd0, window_i});
  wire signed [20:0] next_end = again ? begin_end : row_end_q + 21'sd1;
  wire signed [20:0] next_first = again ? begin_first : row_first_q + 21'sd1;

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      rows_q <= rows_i;
      row_end_q <= begin_end;
      end_q <= begin_end;
      row_first_q <= begin_first;
      first_q <= begin_first;
    end else if (next_i && tile_last_i) begin
      rows_q <= again ? rows_i : rows_q - 12'(rows_i != '0);
      row_end_q <= next_end;
      end_q <= next_end;
      row_first_q <= next_first;
      first_q <= next_first;
    end else if (next_i) begin
      end_q <= end_q - $signed(21'(Cols));
      first_q <= first_q - $signed(21'(Cols));
    end
  end

  // A count of columns as one of lanes of the tile.
  function automatic [ColBits:0] f_lanes(input signed [20:0] columns);
    f_lanes = columns[20] ? '0 :
              columns >= $signed(21'(Cols)) ? (ColBits + 1)'(Cols) : columns[ColBits:0];
  endfunction

  assign end_o = mask_i ? f_lanes(end_q) : (ColBits + 1)'(Cols);
  assign first_o = (mask_i && window_i != '0) ? f_lanes(first_q) : '0;

  `STH_ASSERT(RowsInTime, next_i -> rows_q <= rows_i)

  initial if (Cols < 4 || Cols > 512 || Cols != (1 << ColBits)) $error("Cols");
endmodule
`default_nettype wire
