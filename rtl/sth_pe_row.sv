// One row of the array: Cols PEs and the tokens that travel east with the data.
//
// Everything that enters at the west edge in cycle t reaches column c in cycle
// t + c.  What arrives from the north must therefore be skewed by one cycle a
// column, and what leaves to the south is.  A weight is captured where its row
// token (from the west) or its column token (from the north) says so.

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

  logic [(Cols+1)*16-1:0] act, wt;

  assign act[15:0] = act_i;
  assign wt[15:0]  = wt_i;

  for (genvar c = 0; c < Cols; c++) begin : gen_col
    sth_pe u_pe (
      .clk_i,
      .act_valid_i    (act_valid[c]),
      .act_bf16_i     (act_bf16[c]),
      .act_bank_i     (act_bank[c]),
      .act_i          (act[c*16+:16]),
      .act_o          (act[(c+1)*16+:16]),
      .add_valid_i    (act_valid[c+1]),
      .add_bf16_i     (act_bf16[c+1]),
      .psum_i         (north_psum_i[c*32+:32]),
      .psum_o         (south_psum_o[c*32+:32]),
      .wt_valid_i     (wt_valid[c]),
      .wt_west_i      (wt_west[c]),
      .wt_capture_i   (wt_capture[c] || north_capture_i[c]),
      .wt_bank_i      (wt_bank[c]),
      .wt_from_north_i(north_wt_i[c*16+:16]),
      .wt_from_west_i (wt[c*16+:16]),
      .wt_o           (wt[(c+1)*16+:16])
    );
  end

  assign south_capture_o = north_capture_q;
  assign south_wt_o      = wt[(Cols+1)*16-1:16];
  assign last_valid_o    = act_valid_q[Cols-1];

  // Nothing lies east of the last column.
  logic unused;
  assign unused = &{1'b0, act[Cols*16+:16]};
endmodule

`default_nettype wire
