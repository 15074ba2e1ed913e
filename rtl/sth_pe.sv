// One processing element: multiplies the activation that passes east with a
// stationary weight and adds the product to the partial sum that passes south.
//
// Stage 1 registers the product (and the activation for the east neighbour),
// stage 2 the sum.  Two weight banks: rows in flight read one while the next
// tile is captured into the other.  Weights on their way to other PEs pass
// through `wt_q`, which holds what came from the north or from the west.
//
// It holds no tokens: the row that contains it shifts the valid bits, so that
// a PE without work neither toggles nor costs simulation time.

`default_nettype none

module sth_pe (
  input  logic        clk_i,

  // Stage 1: activation, its operand type, and the weight bank to use.
  input  logic        act_valid_i,
  input  logic        act_bf16_i,
  input  logic        act_bank_i,
  input  logic [15:0] act_i,
  output logic [15:0] act_o,

  // Stage 2: the sum of the rows above; the token of stage 1 one cycle later.
  input  logic        add_valid_i,
  input  logic        add_bf16_i,
  input  logic [31:0] psum_i,
  output logic [31:0] psum_o,

  // Weight passing by, captured into bank wt_bank_i when it is this PE's.
  input  logic        wt_valid_i,
  input  logic        wt_west_i,
  input  logic        wt_capture_i,
  input  logic        wt_bank_i,
  input  logic [15:0] wt_from_north_i,
  input  logic [15:0] wt_from_west_i,
  output logic [15:0] wt_o
);
`include "sth_fp32_add.svh"
`include "sth_pe_mul.svh"

  logic [15:0] act_q, wt_q, weight0_q, weight1_q, wt_in, weight;
  logic [31:0] product_q, psum_q;

  assign wt_in  = wt_west_i ? wt_from_west_i : wt_from_north_i;
  assign weight = act_bank_i ? weight1_q : weight0_q;

  always_ff @(posedge clk_i) begin
    if (add_valid_i) psum_q <= add_bf16_i ? f_fp32_add(psum_i, product_q) : psum_i + product_q;
  end

  always_ff @(posedge clk_i) begin
    if (act_valid_i) begin
      act_q     <= act_i;
      product_q <= f_pe_mul(act_bf16_i, act_i, weight);
    end
  end

  always_ff @(posedge clk_i) begin
    if (wt_valid_i) wt_q <= wt_in;
    if (wt_capture_i && !wt_bank_i) weight0_q <= wt_in;
    if (wt_capture_i && wt_bank_i) weight1_q <= wt_in;
  end

  assign act_o  = act_q;
  assign psum_o = psum_q;
  assign wt_o   = wt_q;
endmodule

`default_nettype wire
