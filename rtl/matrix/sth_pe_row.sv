// One row of the array: Cols processing elements (PEs) and the tokens that
// travel east with the data.
//
// A PE multiplies the activation that passes east with a stationary weight and
// adds the product to the partial sum that passes south.  Stage 1 registers
// the product (and the activation for the east neighbour), stage 2 the sum.
// Two weight banks: activations in flight read one while the next tile is
// captured into the other.  Weights on their way to other PEs pass through
// `wt_q`, which holds what came from the north or from the west.
//
// Everything that enters at the west edge in cycle t reaches column c in cycle
// t + c.  What arrives from the north must therefore be skewed by one cycle a
// column, and what leaves to the south is.  A weight is captured where its row
// token (from the west) or its column token (from the north) says so.
//
// The registers of all PEs lie side by side, and the body of a loop describes
// one PE: a simulator then needs the code of a PE once for a row, not for each
// of up to 65536 PEs.  A row without tokens costs it nothing.
`include "sth_assert.svh"
`default_nettype none

module sth_pe_row #(
  // PEs in the row, >= 2.
  parameter int Cols = 16
) (
  input  logic               clk_i,
  input  logic               rst_ni,

  // West edge: an activation.
  input  logic               act_valid_i,
  input  logic               act_bf16_i,
  input  logic               act_bank_i,
  input  logic [       15:0] act_i,

  // West edge: a weight step; in direction west, with its data.
  input  logic               wt_valid_i,
  input  logic               wt_west_i,
  input  logic               wt_bank_i,
  input  logic               wt_capture_i,
  input  logic [       15:0] wt_i,

  // North edge and south edge.
  input  logic [   Cols-1:0] north_capture_i,
  input  logic [Cols*16-1:0] north_wt_i,
  input  logic [Cols*32-1:0] north_psum_i,
  output logic [   Cols-1:0] south_capture_o,
  output logic [Cols*16-1:0] south_wt_o,
  output logic [Cols*32-1:0] south_psum_o,

  // The last column's sum is valid in the next cycle.
  output logic               last_valid_o
);
  /*verilator no_inline_module*/
`include "sth_acc_add.svh"
`include "sth_pe_mul.svh"

  // Bit c is the token at column c, and bit c - 1 of the register beside it.
  logic [Cols:0] act_valid, act_bf16;
  logic [Cols-1:0] act_bank, wt_valid, wt_west, wt_bank, wt_capture;
  logic [Cols-1:0] act_valid_q, act_bf16_q, north_capture_q;
  logic [Cols-2:0] act_bank_q, wt_valid_q, wt_west_q, wt_bank_q, wt_capture_q;

  assign act_valid  = {act_valid_q, act_valid_i};
  assign act_bf16   = {act_bf16_q, act_bf16_i};
  assign act_bank   = {act_bank_q, act_bank_i};
  assign wt_valid   = {wt_valid_q, wt_valid_i};
  assign wt_west    = {wt_west_q, wt_west_i};
  assign wt_bank    = {wt_bank_q, wt_bank_i};
  assign wt_capture = {wt_capture_q, wt_capture_i};

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      act_valid_q     <= '0;
      wt_valid_q      <= '0;
      wt_capture_q    <= '0;
      north_capture_q <= '0;
    end else begin
      act_valid_q     <= act_valid[Cols-1:0];
      wt_valid_q      <= wt_valid[Cols-2:0];
      wt_capture_q    <= wt_capture[Cols-2:0];
      north_capture_q <= north_capture_i;
    end
    act_bf16_q <= act_bf16[Cols-1:0];
    act_bank_q <= act_bank[Cols-2:0];
    wt_west_q  <= wt_west[Cols-2:0];
    wt_bank_q  <= wt_bank[Cols-2:0];
  end

  // The PEs, PE c in lane c.
  logic [(Cols-1)*16-1:0] act_q;
  logic [Cols*16-1:0] wt_q, weight0_q, weight1_q, act, wt_from_west;
  logic [Cols*32-1:0] product_q, psum_q;

  assign act          = {act_q, act_i};
  assign wt_from_west = {wt_q[(Cols-1)*16-1:0], wt_i};

  // Stage 2: the sums of the columns with a token.
  function automatic [Cols*32-1:0] f_sums(
      input [Cols-1:0] valid, input [Cols-1:0] bf16, input [Cols*32-1:0] old,
      input [Cols*32-1:0] north, input [Cols*32-1:0] product);
    f_sums = old;
    for (int c = 0; c < Cols; c++) begin
      if (valid[c]) begin
        f_sums[c*32+:32] = f_acc_add(bf16[c], north[c*32+:32], product[c*32+:32]);
      end
    end
  endfunction

  always_ff @(posedge clk_i) begin
    if (act_valid[Cols:1] != '0) begin
      psum_q <= f_sums(act_valid[Cols:1], act_bf16[Cols:1], psum_q, north_psum_i, product_q);
    end
  end

  // Stage 1: the products.
  function automatic [Cols*32-1:0] f_products(
      input [Cols-1:0] valid, input [Cols-1:0] bf16, input [Cols-1:0] bank,
      input [Cols*32-1:0] old, input [Cols*16-1:0] a, input [Cols*16-1:0] w0,
      input [Cols*16-1:0] w1);
    f_products = old;
    for (int c = 0; c < Cols; c++) begin
      if (valid[c]) begin
        f_products[c*32+:32] =
            f_pe_mul(bf16[c], a[c*16+:16], bank[c] ? w1[c*16+:16] : w0[c*16+:16]);
      end
    end
  endfunction

  always_ff @(posedge clk_i) begin
    if (act_valid[Cols-1:0] != '0) begin
      act_q     <= act[(Cols-1)*16-1:0];
      product_q <= f_products(act_valid[Cols-1:0], act_bf16[Cols-1:0], act_bank, product_q, act,
                              weight0_q, weight1_q);
    end
  end

  // Weights that pass by: `take` tells which columns load what is at their edge.
  function automatic [Cols*16-1:0] f_weights(
      input [Cols-1:0] take, input [Cols-1:0] west, input [Cols*16-1:0] old,
      input [Cols*16-1:0] from_north, input [Cols*16-1:0] from_west);
    f_weights = old;
    for (int c = 0; c < Cols; c++) begin
      if (take[c]) begin
        f_weights[c*16+:16] = west[c] ? from_west[c*16+:16] : from_north[c*16+:16];
      end
    end
  endfunction

  logic [Cols-1:0] capture;

  assign capture = wt_capture | north_capture_i;

  always_ff @(posedge clk_i) begin
    if (wt_valid != '0) begin
      wt_q      <= f_weights(wt_valid, wt_west, wt_q, north_wt_i, wt_from_west);
      weight0_q <= f_weights(capture & ~wt_bank, wt_west, weight0_q, north_wt_i, wt_from_west);
      weight1_q <= f_weights(capture & wt_bank, wt_west, weight1_q, north_wt_i, wt_from_west);
    end
  end

  assign south_capture_o = north_capture_q;
  assign south_wt_o      = wt_q;
  assign south_psum_o    = psum_q;
  assign last_valid_o    = act_valid_q[Cols-1];

  // At the west edge; the other columns see the same later.
  `STH_ASSERT(CaptureHasToken, 2'(wt_capture_i) + 2'(north_capture_i[0]) <= 2'(wt_valid_i))
endmodule

`default_nettype wire
