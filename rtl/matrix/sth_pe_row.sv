// One row of the array: Cols processing elements (PEs) and the tokens that
// travel east with the data.
//
// A PE multiplies the activation that passes east with a stationary weight, one
// bf16 each or two int8 each, and adds the product, or the sum of the two, to
// the partial sum that passes south.  Stages 0 and 1 end
// with the product (and, after 0, the activation for the east neighbour),
// stages 2 to 4 with the sum.  Two weight banks: activations in flight read one
// while the next tile is captured into the other.  Weights on their way to
// other PEs pass through `wt_q`, which holds what came from the north or from
// the west; on their way south they take as long as a sum.
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
  // PEs in the row, >= 1.
  parameter int Cols = 16,
  // Operands that come: a sum of STH_DATA_TYPE_*.
  parameter int DataTypes = 3
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

  // Without a token inside and none at the west edge, no edge changes anything that is read.
  output logic               busy_o
);
  /*verilator no_inline_module*/
`include "sth_spec.svh"
`include "sth_acc_add.svh"
`include "sth_pe_mul.svh"

  localparam int Word = Cols * 32;  // bits of a word of each PE

`include "sth_acc_lanes.svh"

  // Bit c is the token at column c; bit c + s the one that is s stages further on in column c.
  // Where one type alone comes, `is_bf16` is constant and synthesis removes what the other needs.
  logic [Cols+3:0] act_valid, act_bf16, is_bf16;
  logic [Cols-1:0] act_bank, wt_west, wt_bank, wt_capture;
  logic [Cols+2:0] act_valid_q, act_bf16_q;
  logic [Cols:0] wt_valid_q;  // from column 0 to the edge that brings the last to the south
  logic [Cols-1:0] act_bank_q, wt_west_q, wt_bank_q, wt_capture_q;
  logic [3*Cols-1:0] north_capture_q;

  assign act_valid = {act_valid_q, act_valid_i};
  assign act_bf16  = {act_bf16_q, act_bf16_i};
  assign is_bf16   = (act_bf16 | {Cols + 4{DataTypes == STH_DATA_TYPE_BF16}}) &
                     {Cols + 4{DataTypes != STH_DATA_TYPE_INT8}};

  // The token that leaves the last column is not used.
  logic [3:0] unused;
  assign {unused[0], act_bank}   = {act_bank_q, act_bank_i};
  assign {unused[1], wt_west}    = {wt_west_q, wt_west_i};
  assign {unused[2], wt_bank}    = {wt_bank_q, wt_bank_i};
  assign {unused[3], wt_capture} = {wt_capture_q, wt_capture_i};

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      act_valid_q     <= '0;
      wt_valid_q      <= '0;
      wt_capture_q    <= '0;
      north_capture_q <= '0;
    end else begin
      act_valid_q     <= act_valid[Cols+2:0];
      wt_valid_q      <= {wt_valid_q[Cols-1:0], wt_valid_i};
      wt_capture_q    <= wt_capture;
      north_capture_q <= {north_capture_q[2*Cols-1:0], north_capture_i};
    end
    act_bf16_q <= act_bf16[Cols+2:0];
    act_bank_q <= act_bank;
    wt_west_q  <= wt_west;
    wt_bank_q  <= wt_bank;
  end

  // The PEs, PE c in lane c.
  logic [Cols*16-1:0] act_q, wt_q, wt_next_q, wt_south_q, weight0_q, weight1_q, act, wt_from_west;
  logic [Word-1:0] product_q, packed_q, psum_q;
  logic [3*Word-1:0] aligned_q;  // words: two significands and what else there is to know
  logic [2*Word-1:0] added_q;    // likewise, of one

  // What leaves the last column to the east is not used.
  logic [31:0] unused_east;
  assign {unused_east[15:0], act}           = {act_q, act_i};
  assign {unused_east[31:16], wt_from_west} = {wt_q, wt_i};

  // Stages 4, 3 and 2: the sum.
  always_ff @(posedge clk_i) begin
    if (act_valid[Cols+3:4] != '0) psum_q <= f_rounds(is_bf16[Cols+3:4], added_q);
  end

  always_ff @(posedge clk_i) begin
    if (act_valid[Cols+2:3] != '0) added_q <= f_sums(aligned_q);
  end

  function automatic [3*Word-1:0] f_aligns(
      input [Cols-1:0] bf16, input [Word-1:0] north, input [Word-1:0] packs);
    logic [FpAlignedWidth-1:0] aligned;
    for (int c = 0; c < Cols; c++) begin
      if (bf16[c]) begin
        aligned = f_fp32_add_align_flushed(north[c*32+:32], f_pe_mul_fp32(packs[c*32+:24]));
      end else begin
        aligned = f_int32_add_align(north[c*32+:32], f_pe_mul_int32(packs[c*32+:24]));
      end
      f_aligns[c*32+:32]        = aligned[31:0];
      f_aligns[Word+c*32+:32]   = aligned[63:32];
      f_aligns[2*Word+c*32+:32] = {20'd0, aligned[75:64]};
    end
  endfunction

  always_ff @(posedge clk_i) begin
    if (act_valid[Cols+1:2] != '0) begin
      aligned_q <= f_aligns(is_bf16[Cols+1:2], north_psum_i, packed_q);
    end
  end

  // Stages 1 and 0: the product, of the columns with a token.
  function automatic [Word-1:0] f_packs(input [Cols-1:0] bf16, input [Word-1:0] product);
    for (int c = 0; c < Cols; c++) begin
      f_packs[c*32+:32] = {8'd0, f_pe_mul_pack(bf16[c], product[c*32+:32])};
    end
  endfunction

  always_ff @(posedge clk_i) begin
    if (act_valid[Cols:1] != '0) packed_q <= f_packs(is_bf16[Cols:1], product_q);
  end

  function automatic [Word-1:0] f_products(
      input [Cols-1:0] valid, input [Cols-1:0] bf16, input [Cols-1:0] bank,
      input [Word-1:0] old, input [Cols*16-1:0] a, input [Cols*16-1:0] w0,
      input [Cols*16-1:0] w1);
    f_products = old;
    for (int c = 0; c < Cols; c++) begin
      if (valid[c]) begin
        f_products[c*32+:32] = f_pe_mul_product(bf16[c], a[c*16+:16],
                                                bank[c] ? w1[c*16+:16] : w0[c*16+:16]);
      end
    end
  endfunction

  always_ff @(posedge clk_i) begin
    if (act_valid[Cols-1:0] != '0) begin
      product_q <= f_products(act_valid[Cols-1:0], is_bf16[Cols-1:0], act_bank, product_q, act,
                              weight0_q, weight1_q);
    end
  end

  // What passes by moves with its token, and what comes without one is nobody's.
  function automatic [Cols*16-1:0] f_edges(
      input [Cols-1:0] west, input [Cols*16-1:0] from_north, input [Cols*16-1:0] from_west);
    for (int c = 0; c < Cols; c++) begin
      f_edges[c*16+:16] = west[c] ? from_west[c*16+:16] : from_north[c*16+:16];
    end
  endfunction

  function automatic [Cols*16-1:0] f_captured(
      input [Cols-1:0] take, input [Cols*16-1:0] old, input [Cols*16-1:0] wt);
    f_captured = old;
    for (int c = 0; c < Cols; c++) begin
      if (take[c]) f_captured[c*16+:16] = wt[c*16+:16];
    end
  endfunction

  logic [Cols-1:0] capture;
  logic [Cols*16-1:0] wt;

  assign capture = wt_capture | north_capture_i;
  assign wt      = f_edges(wt_west, north_wt_i, wt_from_west);

  always_ff @(posedge clk_i) begin
    act_q      <= act;
    wt_q       <= wt;
    wt_next_q  <= wt_q;
    wt_south_q <= wt_next_q;
    if (capture != '0) begin
      weight0_q <= f_captured(capture & ~wt_bank, weight0_q, wt);
      weight1_q <= f_captured(capture & wt_bank, weight1_q, wt);
    end
  end

  assign south_capture_o = north_capture_q[3*Cols-1:2*Cols];
  assign south_wt_o      = wt_south_q;
  assign south_psum_o    = psum_q;
  assign busy_o          = {act_valid_q, wt_valid_q, north_capture_q} != '0;

  // At the west edge; the other columns see the same later.
  `STH_ASSERT(CaptureHasToken, 2'(wt_capture_i) + 2'(north_capture_i[0]) <= 2'(wt_valid_i))

  initial begin
    if (DataTypes < 1 || DataTypes > 3) $error("sth_pe_row: DataTypes must be 1 to 3");
    if (STH_LAT_PE != 5 || STH_LAT_PE_SUM != 3) $error("sth_pe_row: PE differs from the pipeline");
  end
endmodule

`default_nettype wire
