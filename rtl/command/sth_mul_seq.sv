// Unsigned multiplier and adder that takes two bits of a_i a cycle: a_i * b_i + c_i.
//
// start_i takes the operands; eight cycles with step_i then make the result, lowest bits first, and
// it holds as long as both are low.  It has no handshake: the user counts the cycles.
`default_nettype none

module sth_mul_seq #(
  // Bits of c_i: 32 or more.
  parameter int AddWidth = 32
) (
  input  logic                 clk_i,
  input  logic                 start_i,
  input  logic                 step_i,
  input  logic [15:0]          a_i,
  input  logic [31:0]          b_i,
  input  logic [AddWidth-1:0]  c_i,
  output logic [AddWidth+15:0] p_o
);

  // The low register holds what is left of a above what is done of the result.  The high one stays
  // within AddWidth bits: (2^AddWidth + 3 * 2^32) / 4 is no more than 2^AddWidth.
  logic [31:0]         b_q;
  logic [33:0]         b3_q;
  logic [AddWidth-1:0] high_q;
  logic [15:0]         low_q;
  logic [1:0]          digit;
  logic [33:0]         part;
  logic [AddWidth+1:0] sum;

  assign digit = low_q[1:0];

  always_comb begin
    case (digit)
      2'd0:    part = '0;
      2'd1:    part = {2'd0, b_q};
      2'd2:    part = {1'b0, b_q, 1'b0};
      default: part = b3_q;
    endcase
  end

  assign sum = {2'd0, high_q} + (AddWidth + 2)'(part);

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      b_q    <= b_i;
      b3_q   <= {2'd0, b_i} + {1'b0, b_i, 1'b0};
      high_q <= c_i;
      low_q  <= a_i;
    end else if (step_i) begin
      high_q <= sum[AddWidth+1:2];
      low_q  <= {sum[1:0], low_q[15:2]};
    end
  end

  assign p_o = {high_q, low_q};

endmodule

`default_nettype wire
