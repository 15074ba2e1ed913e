// Digest of the writes of one port: the exclusive or of rotl32(lane, (a ^ a >> 5 ^ a >> 10) & 31)
// over all 32-bit lanes written since clear_i, a being the lane's byte address / 4.
//
// One write a cycle while en_i is high, counted in digest_o from the next cycle on; clear_i wins.
// Lane i has a = addr_i + i, and addr_i must be aligned so that this sum carries nowhere for a lane
// that is written: a multiple of the number of lanes in use, rounded up to a power of two. Only the
// bits of a that count are ports.
`default_nettype none

module sth_digest #(
  // Lanes, at least 1.
  parameter int Lanes = 16
) (
  input  wire                clk_i,
  input  wire                clear_i,
  input  wire                en_i,
  input  wire [14:0]         addr_i,
  input  wire [32*Lanes-1:0] data_i,
  input  wire [4*Lanes-1:0]  mask_i,  // bytes written
  output wire [31:0]         digest_o
);
  logic [31:0] digest_q, digest_d;
  logic [31:0] lane;
  logic [4:0] turn;

  // The hash is linear over exclusive or, so that of addr_i is shared by all lanes.
  wire [4:0] addr_hash = addr_i[4:0] ^ addr_i[9:5] ^ addr_i[14:10];

  always_comb begin
    digest_d = digest_q;
    lane = '0;
    turn = '0;
    if (en_i) begin
      for (int i = 0; i < Lanes; i++) begin
        lane = data_i[32*i +: 32] & {{8{mask_i[4*i+3]}}, {8{mask_i[4*i+2]}},
                                     {8{mask_i[4*i+1]}}, {8{mask_i[4*i]}}};
        turn = addr_hash ^ 5'(i ^ (i >> 5) ^ (i >> 10));
        digest_d = digest_d ^ (lane << turn) ^ (lane >> (6'd32 - {1'b0, turn}));
      end
    end
  end

  always_ff @(posedge clk_i) digest_q <= clear_i ? 32'd0 : digest_d;

  assign digest_o = digest_q;
endmodule
`default_nettype wire
