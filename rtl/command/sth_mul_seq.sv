// Unsigned 16 x 32 bit multiplier that takes four bits of a_i a cycle.
//
// The product is complete five cycles after start_i (start in cycle t, four
// steps, p_o valid from t + 5) and holds until the next start.
// It has no handshake: the user counts the cycles.

`default_nettype none

module sth_mul_seq (
  input  logic        clk_i,
  input  logic        start_i,
  input  logic [15:0] a_i,
  input  logic [31:0] b_i,
  output logic [47:0] p_o
);

  logic [15:0] a_q;
  logic [47:0] b_q, p_q;
  logic [47:0] step;

  // Four partial products.  The sum never exceeds a_i * b_i < 2^48.
  assign step = (a_q[0] ? b_q : 48'd0) + (a_q[1] ? b_q << 1 : 48'd0) +
                (a_q[2] ? b_q << 2 : 48'd0) + (a_q[3] ? b_q << 3 : 48'd0);

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      a_q <= a_i;
      b_q <= {16'd0, b_i};
      p_q <= '0;
    end else begin
      a_q <= a_q >> 4;
      b_q <= b_q << 4;
      p_q <= p_q + step;
    end
  end

  assign p_o = p_q;

endmodule

`default_nettype wire
