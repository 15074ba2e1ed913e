// The systolic array: Rows x Cols PEs with the delay lines that skew its inputs
// and align its outputs.
//
// Activations and weights travel on one diagonal wavefront: whatever is given
// in cycle t reaches PE (r, c) in cycle t + r + c, from whichever edge it came.
// A weight step and an activation row given in the same cycle therefore meet
// everywhere in the order of their cycles: a row given in cycle t uses the
// weights captured by steps given before t.  The array never stalls.
//
// Weight steps: north, step s is the weight row of PE row s; west, step s is
// the weight column of PE column s.  The sums of a row given in cycle t are
// complete in cycle t + Rows + Cols.

`default_nettype none

module sth_pe_array #(
  // Depth of a weight tile, >= 2.
  parameter int Rows = 16,
  // Columns of a weight tile, >= 2.
  parameter int Cols = 16,
  localparam int StepWidth = $clog2((Rows > Cols) ? Rows : Cols)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  // One activation row; lane r goes to PE row r.
  input  logic                 act_valid_i,
  input  logic                 act_bf16_i,
  input  logic                 act_bank_i,
  input  logic [  Rows*16-1:0] act_i,

  // One weight step.
  input  logic                 wt_valid_i,
  input  logic                 wt_west_i,
  input  logic                 wt_bank_i,
  input  logic [StepWidth-1:0] wt_step_i,
  input  logic [  Cols*16-1:0] wt_north_i,
  input  logic [  Rows*16-1:0] wt_from_west_i,

  // The sums of a row; they are valid in the cycle after sum_next_o.
  output logic                 sum_next_o,
  output logic [  Cols*32-1:0] sum_o
);
  localparam int TokenWidth = 7;

  logic [Rows*16-1:0] act, wt_west;
  logic [Rows*TokenWidth-1:0] tokens_in, tokens;
  logic [Cols-1:0] col_capture_in;
  logic [Rows-1:0] last_valid;

  // Row r of the north-to-south buses enters PE row r; row Rows leaves the array.
  logic [(Rows+1)*Cols-1:0] capture;
  logic [(Rows+1)*Cols*16-1:0] wt_north;
  logic [(Rows+1)*Cols*32-1:0] psum;

  for (genvar r = 0; r < Rows; r++) begin : gen_token
    assign tokens_in[r*TokenWidth+:TokenWidth] = {
      act_valid_i,
      act_bf16_i,
      act_bank_i,
      wt_valid_i,
      wt_west_i,
      wt_bank_i,
      wt_valid_i && !wt_west_i && wt_step_i == StepWidth'(r)
    };
  end

  for (genvar c = 0; c < Cols; c++) begin : gen_capture
    assign col_capture_in[c] = wt_valid_i && wt_west_i && wt_step_i == StepWidth'(c);
  end

  sth_skew #(.Lanes(Rows), .Width(16)) u_skew_act (
    .clk_i, .rst_ni, .data_i(act_i), .data_o(act)
  );
  sth_skew #(.Lanes(Rows), .Width(16)) u_skew_west (
    .clk_i, .rst_ni, .data_i(wt_from_west_i), .data_o(wt_west)
  );
  sth_skew #(.Lanes(Rows), .Width(TokenWidth), .Reset(1)) u_skew_token (
    .clk_i, .rst_ni, .data_i(tokens_in), .data_o(tokens)
  );
  sth_skew #(.Lanes(Cols), .Width(16)) u_skew_north (
    .clk_i, .rst_ni, .data_i(wt_north_i), .data_o(wt_north[Cols*16-1:0])
  );
  sth_skew #(.Lanes(Cols), .Width(1), .Reset(1)) u_skew_capture (
    .clk_i, .rst_ni, .data_i(col_capture_in), .data_o(capture[Cols-1:0])
  );

  assign psum[Cols*32-1:0] = '0;

  for (genvar r = 0; r < Rows; r++) begin : gen_row
    sth_pe_row #(.Cols(Cols)) u_row (
      .clk_i,
      .rst_ni,
      .act_valid_i    (tokens[r*TokenWidth+6]),
      .act_bf16_i     (tokens[r*TokenWidth+5]),
      .act_bank_i     (tokens[r*TokenWidth+4]),
      .act_i          (act[r*16+:16]),
      .wt_valid_i     (tokens[r*TokenWidth+3]),
      .wt_west_i      (tokens[r*TokenWidth+2]),
      .wt_bank_i      (tokens[r*TokenWidth+1]),
      .wt_capture_i   (tokens[r*TokenWidth]),
      .wt_i           (wt_west[r*16+:16]),
      .north_capture_i(capture[r*Cols+:Cols]),
      .north_wt_i     (wt_north[r*Cols*16+:Cols*16]),
      .north_psum_i   (psum[r*Cols*32+:Cols*32]),
      .south_capture_o(capture[(r+1)*Cols+:Cols]),
      .south_wt_o     (wt_north[(r+1)*Cols*16+:Cols*16]),
      .south_psum_o   (psum[(r+1)*Cols*32+:Cols*32]),
      .last_valid_o   (last_valid[r])
    );
  end

  sth_skew #(.Lanes(Cols), .Width(32), .Reverse(1)) u_deskew (
    .clk_i, .rst_ni, .data_i(psum[Rows*Cols*32+:Cols*32]), .data_o(sum_o)
  );

  assign sum_next_o = last_valid[Rows-1];

  // Leave the array unused: only the last row reports, and nothing lies south of it.
  logic unused;
  assign unused = &{1'b0, last_valid[Rows-2:0], capture[Rows*Cols+:Cols],
                    wt_north[Rows*Cols*16+:Cols*16]};
endmodule

`default_nettype wire
