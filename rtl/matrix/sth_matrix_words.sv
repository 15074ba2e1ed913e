// A stage of the matrix engine that keeps some words of each command (the others read as zero)
// and a bit that is known of it beforehand.
//
// It does not know what a command means.
`include "sth_assert.svh"
`default_nettype none

module sth_matrix_words #(
  // Commands, a power of two >= 2.
  parameter int Depth = 4,
  // The words of a command that are kept: bit w for word w; one or more.
  parameter logic [15:0] Words = 16'hffff,
  localparam int PtrWidth = $clog2(Depth)
) (
  // As of sth_matrix_stage.
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic [PtrWidth:0] write_i,
  output logic [PtrWidth:0] place_o,
  input  logic              push_i,
  input  logic [     511:0] push_cmd_i,
  input  logic              push_known_i,
  output logic              valid_o,
  output logic              newest_o,
  output logic [     511:0] cmd_o,
  output logic              known_o,
  input  logic              done_i
);

  // Words kept below word w.
  function automatic int f_below(input int w);
    f_below = 0;
    for (int i = 0; i < w; i++) f_below = f_below + 32'(Words[i]);
  endfunction

  localparam int Kept = f_below(16);

  logic [32*Kept-1:0] push_words, words;

  for (genvar w = 0; w < 16; w++) begin : gen_word
    if (Words[w]) begin : gen_kept
      assign push_words[32*f_below(w)+:32] = push_cmd_i[32*w+:32];
      assign cmd_o[32*w+:32] = words[32*f_below(w)+:32];
    end else begin : gen_dropped
      logic unused;
      assign unused = &{1'b0, push_cmd_i[32*w+:32]};
      assign cmd_o[32*w+:32] = '0;
    end
  end

  sth_matrix_stage #(
    .Width(32 * Kept + 1),
    .Depth(Depth)
  ) u_stage (
    .clk_i,
    .rst_ni,
    .write_i,
    .place_o,
    .push_i,
    .push_data_i({push_known_i, push_words}),
    .valid_o,
    .newest_o,
    .data_o     ({known_o, words}),
    .done_i
  );

  `STH_ASSERT_INIT(KeepsOne, Words != '0)

endmodule

`default_nettype wire
