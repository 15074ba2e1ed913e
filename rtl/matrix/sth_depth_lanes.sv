// The lanes of depth that begin at a byte of a scratchpad word: those of a chunk of 4, 8, 16 ...
// ArrayRows lanes that lies at a multiple of its own size.
//
// It does not know how many they are: lanes beyond the chunk are others of the word.
`default_nettype none

module sth_depth_lanes #(
  // Array rows: a power of two, 4 to 512.
  parameter int ArrayRows = 16,
  // Bytes in a scratchpad word: a power of two, 2 * ArrayRows or more.
  parameter int WordBytes = 64,
  localparam int OffsetWidth = $clog2(WordBytes)
) (
  input  logic [ 8*WordBytes-1:0] word_i,
  input  logic [ OffsetWidth-1:0] offset_i,
  output logic [ArrayRows*16-1:0] lanes_o
);

  // Lanes 0 to 3 are in every chunk; lanes n to 2 n - 1 are the upper half of one of 2 n lanes or
  // more, whose place has no lower bits.
  for (genvar g = 0; g < $clog2(ArrayRows) - 1; g++) begin : gen_group
    localparam int Chunk = 8 << g;
    localparam int First = g == 0 ? 0 : Chunk / 2;

    assign lanes_o[8*First+:8*(Chunk-First)] =
        word_i[{(offset_i & ~(OffsetWidth'(Chunk - 1))) | OffsetWidth'(First), 3'd0}
               +:8*(Chunk-First)];
  end

  // Chunks begin at multiples of 8 bytes; one may be the whole word.
  logic unused;
  assign unused = &{1'b0, offset_i};
endmodule

`default_nettype wire
