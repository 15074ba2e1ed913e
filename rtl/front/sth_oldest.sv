// The lowest of four command indices, modulo 2^32, or a default.
//
// An index is older than another when their difference is negative as a
// 32-bit number: right as long as fewer than 2^31 commands are in flight.

`default_nettype none

module sth_oldest (
  input  logic [3:0]   valid_i,
  input  logic [127:0] index_i,
  input  logic [31:0]  default_i,
  output logic [31:0]  index_o
);

  logic found, older;

  always_comb begin
    found   = 1'b0;
    index_o = default_i;
    older   = 1'b0;
    for (int i = 0; i < 4; i++) begin
      older = $signed(index_i[32 * i +: 32] - index_o) < 0;
      if (valid_i[i] && (!found || older)) begin
        found   = 1'b1;
        index_o = index_i[32 * i +: 32];
      end
    end
  end

endmodule

`default_nettype wire
