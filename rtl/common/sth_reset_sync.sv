// Reset of a clock domain: asserted at once, released with the clock.
//
// rst_no is low as soon as rst_ni is, also without a clock, and high three edges after rst_ni rose,
// however close to an edge that was.  rst_next_no is what rst_no is after the next edge, unless
// rst_ni falls.
`default_nettype none

module sth_reset_sync (
  input  logic clk_i,
  input  logic rst_ni,
  output logic rst_next_no,
  output logic rst_no
);

  // A simulation may begin with rst_ni low, and then sees no edge of it.
  logic first_q = 1'b0;
  logic second_q = 1'b0;
  logic third_q = 1'b0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      first_q  <= 1'b0;
      second_q <= 1'b0;
      third_q  <= 1'b0;
    end else begin
      first_q  <= 1'b1;
      second_q <= first_q;
      third_q  <= second_q;
    end
  end

  assign rst_next_no = second_q;
  assign rst_no = third_q;

endmodule

`default_nettype wire
