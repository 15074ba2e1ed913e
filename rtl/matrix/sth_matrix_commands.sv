// The commands that the matrix engine holds, in order, and a pointer into them
// for each of its stages.
//
// A stage sees the oldest command that it has not finished, of its words those
// that the stage uses (the others read as zero), and steps on with its `done`.
// Retirement frees the entry; every stage must be done with it by then.  It does
// not know what a command means.
`include "sth_assert.svh"
`default_nettype none

module sth_matrix_commands #(
  // Commands held, a power of two >= 2.
  parameter int Depth = 4,
  // Whether retirements tell co-simulation their start: 0 or 1.
  parameter int Events = 0
) (
  input  logic         clk_i,
  input  logic         rst_ni,

  // New command; only when not full.
  input  logic         push_i,
  input  logic [511:0] push_cmd_i,
  input  logic         push_single_i,  // it has one tile, or none
  input  logic [ 31:0] push_index_i,
  input  logic [ 63:0] push_start_i,
  output logic         full_o,
  output logic         empty_o,

  output logic         load_valid_o,
  output logic         load_newest_o,  // no newer command behind this one
  output logic [511:0] load_cmd_o,
  output logic         load_single_o,
  input  logic         load_done_i,

  output logic         stream_valid_o,
  output logic [511:0] stream_cmd_o,
  input  logic         stream_done_i,

  output logic         sum_valid_o,
  output logic [511:0] sum_cmd_o,
  input  logic         sum_done_i,

  // The oldest command held.
  output logic [ 15:0] retire_post_o,
  output logic         retire_irq_o,
  output logic [ 31:0] retire_index_o,
  output logic [ 63:0] retire_start_o,
  input  logic         retire_i
);
`include "sth_spec.svh"

  localparam int PtrWidth = $clog2(Depth);
  localparam int StartWidth = Events != 0 ? 64 : 1;

  // The word in which a field stands: bit w for word w.
  function automatic logic [15:0] f_word(input int lsb);
    f_word = 16'd1 << (lsb / 32);
  endfunction

  // The words that each stage uses.
  localparam logic [15:0] OpWord = f_word(STH_ANY_OPCODE_LSB);
  localparam logic [15:0] SizeWords = f_word(STH_MATMUL_M_LSB) | f_word(STH_MATMUL_K_LSB);
  localparam logic [15:0] SumWords = OpWord | SizeWords | f_word(STH_MATMUL_ACC_LSB) |
      f_word(STH_MATMUL_ACC_N_LSB);
  localparam logic [15:0] LoadWords = SumWords | f_word(STH_MATMUL_W_LSB) |
      f_word(STH_MATMUL_W_ROW_LSB) | f_word(STH_MATMUL_W_K_LSB) | f_word(STH_MATMUL_W_N_LSB);
  localparam logic [15:0] StreamWords = OpWord | SizeWords | f_word(STH_MATMUL_A_LSB) |
      f_word(STH_MATMUL_A_ROW_LSB) | f_word(STH_MATMUL_A_K_LSB);

  // One bit more than an index: equal means empty, Depth apart means full.
  logic [PtrWidth:0] write_q, load_place, stream_place, sum_place, retire_place;
  logic              retire_valid, unused_stream, unused_sum, unused_retire;
  logic              unused_stream_known, unused_sum_known;
  logic [StartWidth-1:0] retire_start;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) write_q <= '0;
    else if (push_i) write_q <= write_q + 1'b1;
  end

  sth_matrix_words #(.Depth(Depth), .Words(LoadWords)) u_load (
    .clk_i,
    .rst_ni,
    .write_i (write_q),
    .place_o (load_place),
    .push_i,
    .push_cmd_i,
    .push_known_i(push_single_i),
    .valid_o (load_valid_o),
    .newest_o(load_newest_o),
    .cmd_o   (load_cmd_o),
    .known_o (load_single_o),
    .done_i  (load_done_i)
  );

  sth_matrix_words #(.Depth(Depth), .Words(StreamWords)) u_stream (
    .clk_i,
    .rst_ni,
    .write_i (write_q),
    .place_o (stream_place),
    .push_i,
    .push_cmd_i,
    .push_known_i(1'b0),
    .valid_o (stream_valid_o),
    .newest_o(unused_stream),
    .cmd_o   (stream_cmd_o),
    .known_o (unused_stream_known),
    .done_i  (stream_done_i)
  );

  sth_matrix_words #(.Depth(Depth), .Words(SumWords)) u_sum (
    .clk_i,
    .rst_ni,
    .write_i (write_q),
    .place_o (sum_place),
    .push_i,
    .push_cmd_i,
    .push_known_i(1'b0),
    .valid_o (sum_valid_o),
    .newest_o(unused_sum),
    .cmd_o   (sum_cmd_o),
    .known_o (unused_sum_known),
    .done_i  (sum_done_i)
  );

  sth_matrix_stage #(.Width(49 + StartWidth), .Depth(Depth)) u_retire (
    .clk_i,
    .rst_ni,
    .write_i    (write_q),
    .place_o    (retire_place),
    .push_i,
    .push_data_i({push_start_i[StartWidth-1:0], push_index_i, push_cmd_i[STH_ANY_POST_LSB+:16],
                  push_cmd_i[STH_ANY_IRQ_LSB]}),
    .valid_o    (retire_valid),
    .newest_o   (unused_retire),
    .data_o     ({retire_start, retire_index_o, retire_post_o, retire_irq_o}),
    .done_i     (retire_i)
  );

  logic unused;
  assign unused = &{1'b0, push_start_i};

  assign retire_start_o = Events != 0 ? 64'(retire_start) : '0;

  assign empty_o = !retire_valid;
  assign full_o  = write_q == {~retire_place[PtrWidth], retire_place[PtrWidth-1:0]};

  // Stages follow one another through the commands held.
  `STH_ASSERT(PushesOnlyRoom, push_i -> !full_o)
  `STH_ASSERT(LoadsHeld, load_done_i -> load_place != write_q)
  `STH_ASSERT(StreamsAfterLoad, stream_done_i -> stream_place != load_place || load_done_i)
  `STH_ASSERT(SumsAfterStream, sum_done_i -> sum_place != stream_place || stream_done_i)
  `STH_ASSERT(RetiresAfterSum, retire_i -> retire_place != sum_place)

  initial if (Depth < 2 || (Depth & (Depth - 1)) != 0) $error("Depth is no power of two >= 2");
endmodule

`default_nettype wire
