// Digest of consecutive 32-bit lanes: the XOR of every lane rotated left by a
// hash of its address.
//
// hash(a) = (a ^ (a >> 5) ^ (a >> 10)) % 32 with a = byte address / 4, so 15
// bits of the lane address are enough.  Lanes that are not written must come
// in as zero; they then contribute nothing.  Purely combinational; the caller
// accumulates.
`default_nettype none

module sth_dma_digest #(
  // Lanes; any number above zero.
  parameter int Lanes = 4
) (
  input  logic [        14:0] lane_i,
  input  logic [Lanes*32-1:0] data_i,
  output logic [        31:0] digest_o
);

  logic [Lanes*32-1:0] rotated;

  for (genvar k = 0; k < Lanes; k++) begin : gen_lane
    logic [14:0] address;
    logic [ 4:0] amount;
    assign address = lane_i + 15'(k);
    assign amount = address[4:0] ^ address[9:5] ^ address[14:10];
    assign rotated[k*32 +: 32] = 32'(({2{data_i[k*32 +: 32]}} << amount) >> 32);
  end

  always_comb begin
    digest_o = '0;
    for (int k = 0; k < Lanes; k++) digest_o = digest_o ^ rotated[k*32 +: 32];
  end

endmodule

`default_nettype wire
