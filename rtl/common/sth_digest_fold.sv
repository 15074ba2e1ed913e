// Digest of one write: the exclusive or of rotl32(lane, hash(a)) over its 32-bit lanes, a being the
// lane's byte address / 4 and hash(a) = (a ^ a >> 5 ^ a >> 10) % 32, which is a port for each lane.
//
// Combinational, and zero while en_i is low: the caller accumulates by exclusive or.
`default_nettype none

module sth_digest_fold #(
  // Lanes: any number from 1.
  parameter int Lanes = 16,
  // Mask bits of a lane: 4 (one for each byte) or 1.
  parameter int MaskBits = 4
) (
  input  logic                      en_i,
  input  logic [       5*Lanes-1:0] hash_i,
  input  logic [      32*Lanes-1:0] data_i,
  input  logic [MaskBits*Lanes-1:0] mask_i,  // what is written
  output logic [              31:0] digest_o
);

  localparam int Granule = 32 / MaskBits;

  function automatic [31:0] f_digest(input [5*Lanes-1:0] hash, input [32*Lanes-1:0] data,
                                     input [MaskBits*Lanes-1:0] mask);
    logic [31:0] lane;
    logic [ 4:0] turn;
    begin
      f_digest = '0;
      for (int i = 0; i < Lanes; i++) begin
        lane = data[32*i +: 32];
        for (int g = 0; g < MaskBits; g++) begin
          if (!mask[MaskBits*i+g]) lane[Granule*g +: Granule] = '0;
        end
        turn = hash[5*i +: 5];
        f_digest = f_digest ^ (lane << turn) ^ (lane >> (6'd32 - {1'b0, turn}));
      end
    end
  endfunction

  always_comb begin
    digest_o = '0;
    if (en_i) digest_o = f_digest(hash_i, data_i, mask_i);
  end

  initial if (Lanes < 1 || (MaskBits != 1 && MaskBits != 4)) $error("Lanes or MaskBits");

endmodule

`default_nettype wire
