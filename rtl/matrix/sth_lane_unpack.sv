// Picks a chunk of Lanes elements out of a scratchpad word and widens each
// element to 16 bits: int8 in the low byte, or bf16.
//
// The chunk lies at a multiple of its own size; lower offset bits are ignored.
// It does not interpret the elements.

`default_nettype none

module sth_lane_unpack #(
  // Elements in a chunk, a power of two.
  parameter int Lanes = 16,
  // Bytes in a word, a power of two >= 2 * Lanes.
  parameter int WordBytes = 64,
  localparam int OffsetWidth = $clog2(WordBytes)
) (
  input  logic [8*WordBytes-1:0] word_i,
  input  logic [OffsetWidth-1:0] offset_i,
  input  logic                   bf16_i,
  output logic [   Lanes*16-1:0] lanes_o
);
  logic [OffsetWidth-1:0] int8_offset, bf16_offset;
  logic [Lanes*8-1:0] int8_chunk;
  logic [Lanes*16-1:0] bf16_chunk;

  assign int8_offset = offset_i & ~(OffsetWidth'(Lanes - 1));
  assign bf16_offset = offset_i & ~(OffsetWidth'(2 * Lanes - 1));
  assign int8_chunk  = word_i[{int8_offset, 3'd0}+:Lanes*8];
  assign bf16_chunk  = word_i[{bf16_offset, 3'd0}+:Lanes*16];

  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    assign lanes_o[i*16+:16] = bf16_i ? bf16_chunk[i*16+:16] : {8'd0, int8_chunk[i*8+:8]};
  end

  initial begin
    if ((Lanes & (Lanes - 1)) != 0 || (WordBytes & (WordBytes - 1)) != 0 || WordBytes < 2 * Lanes)
      $error("sth_lane_unpack: a word must hold Lanes elements, both powers of two");
  end
endmodule

`default_nettype wire
