// Depth tiles of MATMUL have ArrayRows >> HALVES lanes, 4 at least; of HALVES that are not legal
// nothing here tells.  The module that includes this has ArrayRows and the generated header.

localparam int HalvesMost = $clog2(ArrayRows) - 2;

// Lanes of a tile.
function automatic [15:0] f_tile_lanes(input [STH_MATMUL_HALVES_WIDTH-1:0] halves);
  f_tile_lanes = 16'(ArrayRows) >> halves;
endfunction

// Whether so many are no more than those of a tile; of two tiles if `twice`.
function automatic f_in_tile(input [STH_MATMUL_HALVES_WIDTH-1:0] halves, input twice,
                             input [15:0] lanes);
  f_in_tile = 1'b0;
  for (int h = 0; h <= HalvesMost; h++) begin
    if (halves == STH_MATMUL_HALVES_WIDTH'(h)) begin
      f_in_tile = twice ? lanes <= 16'((2 * ArrayRows) >> h) : lanes <= 16'(ArrayRows >> h);
    end
  end
endfunction
