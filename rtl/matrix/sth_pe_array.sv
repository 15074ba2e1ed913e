// The systolic array: Rows x Cols PEs with the delay lines that skew its inputs
// and align its outputs.
//
// Activations and weights travel on one diagonal wavefront: whatever is given
// in cycle t reaches PE (r, c) in cycle t + S * r + c, from whichever edge it
// came; S = PE_SUM is what a partial sum takes from row to row.
// A weight step and an activation row given in the same cycle therefore meet
// everywhere in the order of their cycles: a row given in cycle t uses the
// weights captured by steps given before t.  The array never stalls.
//
// Weight steps: north, step s is the weight row of PE row s, and rows that are
// not used capture what comes from the west; west, step s is the weight column of
// PE column s.
//
// The sums of an activation row leave behind 4 << act_exit_i rows of PEs, those
// beyond sleep, and -0 leaves as +0, so that it does not matter where.  Those of a
// row given in cycle t leave in cycle t + S * ((4 << exit) - 1) + Cols + PE; they
// must leave one at a time, in the order of the rows given.
`include "sth_assert.svh"
`default_nettype none

module sth_pe_array #(
  // Depth of a weight tile: a power of two, >= 4.
  parameter int Rows = 16,
  // Columns of a weight tile, >= 2.
  parameter int Cols = 16,
  // Operands that come: a sum of STH_DATA_TYPE_*.
  parameter int DataTypes = 3,
  localparam int StepWidth = $clog2((Rows > Cols) ? Rows : Cols),
  localparam int ExitWidth = $clog2($clog2(Rows))
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  // One activation row; lane r goes to PE row r: a bf16 or two int8.
  input  logic                 act_valid_i,
  input  logic                 act_bf16_i,
  input  logic                 act_bank_i,
  input  logic [ExitWidth-1:0] act_exit_i,
  input  logic [  Rows*16-1:0] act_i,

  // One weight step.
  input  logic                 wt_valid_i,
  input  logic                 wt_west_i,
  input  logic                 wt_bank_i,
  input  logic [StepWidth-1:0] wt_step_i,
  input  logic [     Rows-1:0] wt_used_i,
  input  logic [  Cols*16-1:0] wt_north_i,
  input  logic [  Rows*16-1:0] wt_from_west_i,

  // The sums of a row; they are valid READ cycles after sum_next_o.
  output logic                 sum_next_o,
  output logic [  Cols*32-1:0] sum_o
);
`include "sth_spec.svh"

  localparam int Step = STH_LAT_PE_SUM;
  localparam int TokenWidth = 7;

  logic [Rows*16-1:0] act, wt_west;
  logic [Rows*TokenWidth-1:0] tokens_in, tokens;
  logic [Cols-1:0] col_capture_in;

  // What enters the first row from the north.
  logic [Cols-1:0] first_capture;
  logic [Cols*16-1:0] first_wt;

  for (genvar r = 0; r < Rows; r++) begin : gen_token
    assign tokens_in[r*TokenWidth+:TokenWidth] = {
      act_valid_i && (32'd4 << act_exit_i) > 32'(r),
      act_bf16_i,
      act_bank_i,
      wt_valid_i,
      wt_west_i || !wt_used_i[r],
      wt_bank_i,
      wt_valid_i && !wt_west_i && (wt_step_i == StepWidth'(r) || !wt_used_i[r])
    };
  end

  for (genvar c = 0; c < Cols; c++) begin : gen_capture
    assign col_capture_in[c] = wt_valid_i && wt_west_i && wt_step_i == StepWidth'(c);
  end

  sth_skew #(.Lanes(Rows), .Width(16), .Step(Step)) u_skew_act (
    .clk_i, .rst_ni, .data_i(act_i), .data_o(act)
  );
  sth_skew #(.Lanes(Rows), .Width(16), .Step(Step)) u_skew_west (
    .clk_i, .rst_ni, .data_i(wt_from_west_i), .data_o(wt_west)
  );
  sth_skew #(.Lanes(Rows), .Width(TokenWidth), .Step(Step), .Reset(1)) u_skew_token (
    .clk_i, .rst_ni, .data_i(tokens_in), .data_o(tokens)
  );
  sth_skew #(.Lanes(Cols), .Width(16)) u_skew_north (
    .clk_i, .rst_ni, .data_i(wt_north_i), .data_o(first_wt)
  );
  sth_skew #(.Lanes(Cols), .Width(1), .Reset(1)) u_skew_capture (
    .clk_i, .rst_ni, .data_i(col_capture_in), .data_o(first_capture)
  );

  // The buses that leave row r to the south are a signal of its own scope each:
  // in one vector they would be a megabit wide.
  for (genvar r = 0; r < Rows; r++) begin : gen_row
    logic [Cols-1:0] north_capture, capture;
    logic [Cols*16-1:0] north_wt, wt;
    logic [Cols*32-1:0] north_psum, psum;

    if (r == 0) begin : gen_first
      assign north_capture = first_capture;
      assign north_wt      = first_wt;
      assign north_psum    = (Cols * 32)'(1'b0);
    end else begin : gen_next
      assign north_capture = gen_row[r-1].capture;
      assign north_wt      = gen_row[r-1].wt;
      assign north_psum    = gen_row[r-1].psum;
    end

    // A row without tokens sleeps.
    logic row_busy, row_clk;

    sth_clock_gate u_gate (
      .clk_i,
      .enable_i(!rst_ni || tokens[r*TokenWidth+6] || tokens[r*TokenWidth+3] || row_busy),
      .clk_o   (row_clk)
    );

    sth_pe_row #(.Cols(Cols), .DataTypes(DataTypes)) u_row (
      .clk_i          (row_clk),
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
      .north_capture_i(north_capture),
      .north_wt_i     (north_wt),
      .north_psum_i   (north_psum),
      .south_capture_o(capture),
      .south_wt_o     (wt),
      .south_psum_o   (psum),
      .busy_o         (row_busy)
    );
  end

  function automatic [Cols*32-1:0] f_taken(input [Cols-1:0] take, input [Cols*32-1:0] sums);
    f_taken = '0;
    for (int c = 0; c < Cols; c++) begin
      if (take[c]) f_taken[c*32+:32] = sums[c*32+:32];
    end
  endfunction

  // The exits, and what leaves at one of them or at those before it.
  localparam int Exits = $clog2(Rows) - 1;
  logic [Exits-1:0] leaves_next, leaves, leaves_bf16;
  logic [Step*(Rows-1)+STH_LAT_PE+Cols-2:0] bf16_q;  // bit i: of the row given i + 1 cycles ago

  always_ff @(posedge clk_i) bf16_q <= {bf16_q[Step*(Rows-1)+STH_LAT_PE+Cols-3:0], act_bf16_i};

  for (genvar e = 0; e < Exits; e++) begin : gen_exit
    // From the array's edge to the sum in column 0.
    localparam int Way = Step * ((4 << e) - 1) + STH_LAT_PE;
    // Bit i tells of the activation row given i cycles ago.
    logic [Way+Cols-1:0] coming;
    logic [Way+Cols-2:0] coming_q;
    logic [Cols*32-1:0] earlier, sum;

    assign coming = {coming_q, act_valid_i && act_exit_i == ExitWidth'(e)};

    always_ff @(posedge clk_i) begin
      if (!rst_ni) coming_q <= '0;
      else coming_q <= coming[Way+Cols-2:0];
    end

    if (e == 0) begin : gen_first
      assign earlier = '0;
    end else begin : gen_next
      assign earlier = gen_exit[e-1].sum;
    end

    assign sum            = earlier | f_taken(coming[Way+:Cols], gen_row[(4<<e)-1].psum);
    assign leaves_next[e] = coming[Way+Cols-STH_LAT_READ];
    assign leaves[e]      = coming[Way+Cols-1];
    assign leaves_bf16[e] = coming[Way+Cols-1] && bf16_q[Way+Cols-2];
  end

  // They leave as one row.
  logic [Cols*32-1:0] straight, sum_q;

  sth_skew #(.Lanes(Cols), .Width(32), .Reverse(1)) u_deskew (
    .clk_i, .rst_ni, .data_i(gen_exit[Exits-1].sum), .data_o(straight)
  );

  // -0 becomes +0: of a word without an exponent only the sign can be set, if it is fp32.
  function automatic [Cols*32-1:0] f_plus_zero(input bf16, input [Cols*32-1:0] sums);
    f_plus_zero = sums;
    for (int c = 0; c < Cols; c++) begin
      if (bf16 && sums[c*32+23+:8] == 8'd0) f_plus_zero[c*32+:32] = 32'd0;
    end
  endfunction

  always_ff @(posedge clk_i) begin
    if (leaves != '0) sum_q <= f_plus_zero(leaves_bf16 != '0, straight);
  end

  assign sum_o      = sum_q;
  assign sum_next_o = leaves_next != '0;

  // Nothing lies south of the last row.
  logic unused;
  assign unused = &{1'b0, gen_row[Rows-1].capture, gen_row[Rows-1].wt};

  // Rows leave one at a time.
  `STH_ASSERT(OneLeaves, (leaves & (leaves - 1'b1)) == '0)
  // Weights enter the bank that the row beside them does not read, at a step that is there.
  `STH_ASSERT(WeightsEnterOtherBank, act_valid_i && wt_valid_i -> act_bank_i != wt_bank_i)
  `STH_ASSERT(StepInRange, wt_valid_i -> 32'(wt_step_i) < (wt_west_i ? Cols : Rows))
endmodule

`default_nettype wire
