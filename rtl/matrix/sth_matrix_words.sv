// A register file of commands that keeps only some of their words.
//
// A word that is not kept reads as zero.  Reads and writes are those of
// sth_regfile_1r1w: it knows neither which command is valid nor what it means.
`include "sth_assert.svh"
`default_nettype none

module sth_matrix_words #(
  // Commands: any number from 2.
  parameter int Depth = 4,
  // The words of a command that are kept: bit w for word w; one or more.
  parameter logic [15:0] Words = 16'hffff,
  localparam int AddrWidth = $clog2(Depth)
) (
  input  logic                 clk_i,
  input  logic                 write_i,
  input  logic [AddrWidth-1:0] write_addr_i,
  input  logic [        511:0] write_cmd_i,
  input  logic [AddrWidth-1:0] read_addr_i,
  output logic [        511:0] read_cmd_o
);

  // Words kept below word w.
  function automatic int f_below(input int w);
    f_below = 0;
    for (int i = 0; i < w; i++) f_below = f_below + 32'(Words[i]);
  endfunction

  localparam int Kept = f_below(16);

  logic [32*Kept-1:0] write_words, read_words;

  for (genvar w = 0; w < 16; w++) begin : gen_word
    if (Words[w]) begin : gen_kept
      assign write_words[32*f_below(w)+:32] = write_cmd_i[32*w+:32];
      assign read_cmd_o[32*w+:32] = read_words[32*f_below(w)+:32];
    end else begin : gen_dropped
      logic unused;
      assign unused = &{1'b0, write_cmd_i[32*w+:32]};
      assign read_cmd_o[32*w+:32] = '0;
    end
  end

  sth_regfile_1r1w #(
    .Width(32 * Kept),
    .Depth(Depth)
  ) u_storage (
    .clk_i,
    .raddr_i(read_addr_i),
    .rdata_o(read_words),
    .wen_i  (write_i),
    .waddr_i(write_addr_i),
    .wdata_i(write_words)
  );

  `STH_ASSERT_INIT(KeepsOne, Words != '0)

endmodule

`default_nettype wire
