// Digest of one aligned write, see sth_digest_fold.sv: lane i has the address lane_i + i, and
// lane_i + i carries nowhere for a lane that is written, as when lane_i is a multiple of the number
// of lanes in use, rounded up to a power of two.  One hash of 15 bits then serves all lanes.
`default_nettype none

module sth_digest #(
  // Lanes: any number from 1.
  parameter int Lanes = 16,
  // Mask bits of a lane: 4 (one for each byte) or 1.
  parameter int MaskBits = 4
) (
  input  logic                      en_i,
  input  logic [              14:0] lane_i,
  input  logic [      32*Lanes-1:0] data_i,
  input  logic [MaskBits*Lanes-1:0] mask_i,  // what is written
  output logic [              31:0] digest_o
);

  `include "sth_digest.svh"

  logic [        4:0] first;
  logic [5*Lanes-1:0] hash;

  assign first = f_digest_hash(lane_i);

  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    assign hash[5*i +: 5] = first ^ f_digest_hash(15'(i));
  end

  sth_digest_fold #(
    .Lanes(Lanes),
    .MaskBits(MaskBits)
  ) u_fold (
    .en_i,
    .hash_i(hash),
    .data_i,
    .mask_i,
    .digest_o
  );

endmodule

`default_nettype wire
