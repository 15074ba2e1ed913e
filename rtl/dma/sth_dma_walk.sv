// Walks the runs of one LOAD or STORE command and splits them into bursts.
//
// The command names n2 repetitions of n1 runs of len bytes; a run lies
// contiguously in memory and in the scratchpad.  Memory is divided into blocks
// of 4096 bytes, or of 256 bus words where those are less, and every run is cut
// where it meets the next block, so a burst is a legal AXI4 INCR burst of whole
// bus words.  One burst a cycle, across run boundaries as well.
//
// Pipeline of a command that is taken in cycle T:
//   T+1  its first run
//   T+2  the first block of that run
//   T+3  the first burst is offered
//
// A command is taken from the cycle after that in which the last burst of the
// one before left.  Counts must not be zero and addresses must
// be in range: the decoder has checked both.  The module neither allocates IDs
// nor counts what is outstanding.
`include "sth_assert.svh"
`default_nettype none

module sth_dma_walk #(
  // Bytes of a bus word: a power of two, 4 to 2048.
  parameter int BusBytes = 16,
  localparam int OffWidth = $clog2(BusBytes)
) (
  input  logic                clk_i,
  input  logic                rst_ni,

  input  logic                start_i,
  input  logic [       511:0] cmd_i,
  // A start is taken in the next cycle, unless there is one in this.
  output logic                idle_next_o,

  output logic                burst_valid_o,
  input  logic                burst_ready_i,
  // Bus-aligned memory address and bus words - 1.
  output logic [        39:0] burst_addr_o,
  output logic [         7:0] burst_len_o,
  // Position of the first byte in the first and of the last in the last word.
  output logic [OffWidth-1:0] burst_first_o,
  output logic [OffWidth-1:0] burst_last_o,
  // Scratchpad address of byte 0 of the first bus word (modulo 2^28, for it may
  // lie before the run) and of the first byte; bytes, 1 to 4096.
  output logic [        27:0] burst_base_o,
  output logic [        27:0] burst_sp_o,
  output logic [        12:0] burst_bytes_o,
  // The last burst of the command.
  output logic                burst_end_o
);

  `include "sth_spec.svh"

  // The two commands share one layout, and this module relies on it.
  initial begin
    if (STH_STORE_MEM_LO_LSB != STH_LOAD_MEM_LO_LSB || STH_STORE_SP_LSB != STH_LOAD_SP_LSB
        || STH_STORE_LEN_LSB != STH_LOAD_LEN_LSB || STH_STORE_N1_LSB != STH_LOAD_N1_LSB
        || STH_STORE_MEM_S1_LSB != STH_LOAD_MEM_S1_LSB || STH_STORE_SP_S2_LSB != STH_LOAD_SP_S2_LSB)
      $error("LOAD and STORE differ in layout");
  end

  // Bits of an offset in a block, and of a block's number.
  localparam int BlockWidth = (BusBytes < 16) ? OffWidth + 8 : 12;
  localparam int NumberWidth = 40 - BlockWidth;
  // Bits of a bus word's number in a block: at most 8.
  localparam int WordWidth = BlockWidth - OffWidth;
  // A run of 2^24 - 1 bytes at any offset has that many blocks at most.
  localparam int CountWidth = 25 - BlockWidth;

  // Command fields.
  logic [39:0] cmd_mem;
  logic [27:0] cmd_sp;
  logic [23:0] cmd_len;
  logic [15:0] cmd_n1;
  logic [15:0] cmd_n2;
  logic        unused_cmd;

  assign cmd_mem = {cmd_i[STH_LOAD_MEM_HI_LSB +: 8], cmd_i[STH_LOAD_MEM_LO_LSB +: 32]};
  assign cmd_sp = cmd_i[STH_LOAD_SP_LSB +: 28];
  assign cmd_len = cmd_i[STH_LOAD_LEN_LSB +: 24];
  assign cmd_n1 = cmd_i[STH_LOAD_N1_LSB +: 16];
  assign cmd_n2 = cmd_i[STH_LOAD_N2_LSB +: 16];
  assign unused_cmd = &{1'b0, cmd_i};

  // A command is under way.
  logic walking_q;
  logic ends;

  assign ends = burst_valid_o && burst_ready_i && burst_end_o;
  assign idle_next_o = !walking_q || ends;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) walking_q <= 1'b0;
    else walking_q <= start_i || (walking_q && !ends);
  end

  // Stage 1, a run: its addresses, those of its repetition, the runs and
  // repetitions that come after these, and whether there are none.
  logic        run_valid_q, run_ready;
  logic [39:0] run_mem_q, rep_mem_q;
  logic [27:0] run_sp_q, rep_sp_q;
  logic [15:0] runs_q, reps_q;
  logic        next_rep_q, last_rep_q;
  // The command's constants, counts less one.
  logic [23:0] len_q;
  logic [15:0] n1_q;
  logic [31:0] mem_s1_q, mem_s2_q;
  logic [27:0] sp_s1_q, sp_s2_q;

  logic        last_run;
  logic [39:0] next_mem;
  logic [27:0] next_sp;

  assign last_run = next_rep_q && last_rep_q;
  assign next_mem = (next_rep_q ? rep_mem_q : run_mem_q)
                  + {8'd0, next_rep_q ? mem_s2_q : mem_s1_q};
  assign next_sp = (next_rep_q ? rep_sp_q : run_sp_q) + (next_rep_q ? sp_s2_q : sp_s1_q);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) run_valid_q <= 1'b0;
    else if (start_i) run_valid_q <= 1'b1;
    else if (run_ready && last_run) run_valid_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (!walking_q) begin
      run_mem_q <= cmd_mem;
      run_sp_q <= cmd_sp;
      rep_mem_q <= cmd_mem;
      rep_sp_q <= cmd_sp;
      runs_q <= cmd_n1 - 16'd1;
      reps_q <= cmd_n2 - 16'd1;
      next_rep_q <= cmd_n1 == 16'd1;
      last_rep_q <= cmd_n2 == 16'd1;
      len_q <= cmd_len - 24'd1;
      n1_q <= cmd_n1 - 16'd1;
      mem_s1_q <= cmd_i[STH_LOAD_MEM_S1_LSB +: 32];
      mem_s2_q <= cmd_i[STH_LOAD_MEM_S2_LSB +: 32];
      sp_s1_q <= cmd_i[STH_LOAD_SP_S1_LSB +: 28];
      sp_s2_q <= cmd_i[STH_LOAD_SP_S2_LSB +: 28];
    end else if (run_ready) begin
      run_mem_q <= next_mem;
      run_sp_q <= next_sp;
      runs_q <= next_rep_q ? n1_q : runs_q - 16'd1;
      next_rep_q <= next_rep_q ? n1_q == '0 : runs_q == 16'd1;
      if (next_rep_q) begin
        rep_mem_q <= next_mem;
        rep_sp_q <= next_sp;
        reps_q <= reps_q - 16'd1;
        last_rep_q <= reps_q == 16'd1;
      end
    end
  end

  // Stage 2, a block of the run: its number, the offset of the run's first byte
  // in it, the scratchpad address of its byte 0 (modulo 2^28), the blocks after
  // it, and the offset of the run's last byte in the last of them.
  logic                   block_valid_q, block_ready, block_last;
  logic [NumberWidth-1:0] number_q;
  logic [ BlockWidth-1:0] offset_q, end_q;
  logic [           27:0] sp_q;
  logic [ CountWidth-1:0] blocks_q;
  logic                   last_run_q;
  logic [           24:0] run_end;

  assign run_end = 25'(run_mem_q[BlockWidth-1:0]) + 25'(len_q);
  assign block_last = blocks_q == '0;
  assign run_ready = !block_valid_q || (block_ready && block_last);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) block_valid_q <= 1'b0;
    else if (run_ready) block_valid_q <= run_valid_q;
  end

  always_ff @(posedge clk_i) begin
    if (run_ready) begin
      number_q <= run_mem_q[39:BlockWidth];
      offset_q <= run_mem_q[BlockWidth-1:0];
      end_q <= run_end[BlockWidth-1:0];
      blocks_q <= run_end[24:BlockWidth];
      sp_q <= run_sp_q - 28'(run_mem_q[BlockWidth-1:0]);
      last_run_q <= last_run;
    end else if (block_ready) begin
      number_q <= number_q + 1'b1;
      offset_q <= '0;
      blocks_q <= blocks_q - 1'b1;
      sp_q <= sp_q + (28'd1 << BlockWidth);
    end
  end

  // Stage 3, a burst: what the run has of the block.
  logic                  burst_valid_q;
  logic [BlockWidth-1:0] last;
  logic [ WordWidth-1:0] first_word, words;

  assign last = block_last ? end_q : {BlockWidth{1'b1}};
  assign first_word = offset_q[BlockWidth-1:OffWidth];
  assign words = last[BlockWidth-1:OffWidth] - first_word;
  assign block_ready = !burst_valid_q || burst_ready_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) burst_valid_q <= 1'b0;
    else if (block_ready) burst_valid_q <= block_valid_q;
  end

  always_ff @(posedge clk_i) begin
    if (block_ready) begin
      burst_addr_o <= {number_q, first_word, {OffWidth{1'b0}}};
      burst_len_o <= 8'(words);
      burst_first_o <= offset_q[OffWidth-1:0];
      burst_last_o <= last[OffWidth-1:0];
      burst_base_o <= sp_q + 28'({first_word, {OffWidth{1'b0}}});
      burst_sp_o <= sp_q + 28'(offset_q);
      burst_bytes_o <= 13'(last) - 13'(offset_q) + 13'd1;
      burst_end_o <= block_last && last_run_q;
    end
  end

  assign burst_valid_o = burst_valid_q;

  `STH_ASSERT(StartsIdle, start_i -> !walking_q)
  `STH_ASSERT(StartsNotEmpty, start_i -> cmd_len != '0 && cmd_n1 != '0 && cmd_n2 != '0)
  `STH_ASSERT_STAYS(BurstStays, burst_valid_o && !burst_ready_i, {burst_valid_o, burst_addr_o})
  // A burst stays inside its page and has the bytes that its words say.
  `STH_ASSERT(BurstInsidePage, burst_valid_o -> 32'(burst_addr_o[11:0])
                               + 32'(burst_first_o) + 32'(burst_bytes_o) <= 4096)
  `STH_ASSERT(BurstInBeats, burst_valid_o -> 32'(burst_first_o) + 32'(burst_bytes_o)
                            == 32'(burst_len_o) * BusBytes + 32'(burst_last_o) + 1)

endmodule

`default_nettype wire
