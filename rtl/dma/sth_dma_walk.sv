// Walks the runs of one LOAD or STORE command and splits them into bursts.
//
// The command names n2 repetitions of n1 runs of len bytes; a run lies
// contiguously in memory and in the scratchpad.  Every run is cut where it
// meets a 4096-byte boundary and where a burst reaches 256 bus words, so a
// burst is a legal AXI4 INCR burst of whole bus words.  One burst a cycle,
// across run boundaries as well.
//
// A start is taken only while idle_o; the first burst is offered in the next
// cycle.  Counts must not be zero and addresses must be in range: the decoder
// has checked both.  The module neither allocates IDs nor counts what is
// outstanding.
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
  output logic                idle_o,

  output logic                burst_valid_o,
  input  logic                burst_ready_i,
  // Bus-aligned memory address and bus words - 1.
  output logic [        39:0] burst_addr_o,
  output logic [         7:0] burst_len_o,
  // Position of the first byte in the first and of the last in the last word.
  output logic [OffWidth-1:0] burst_first_o,
  output logic [OffWidth-1:0] burst_last_o,
  // Scratchpad address of the first byte; bytes, 1 to 4096.
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

  // State: the rest of the current run, the base of the current run, the base
  // of the current repetition, and the counts still to come after these.
  logic        valid_q;
  logic [39:0] mem_q;
  logic [27:0] sp_q;
  logic [23:0] left_q;
  logic [39:0] run_mem_q;
  logic [27:0] run_sp_q;
  logic [39:0] rep_mem_q;
  logic [27:0] rep_sp_q;
  logic [15:0] runs_q;
  logic [15:0] reps_q;
  // The command's constants.
  logic [23:0] len_q;
  logic [15:0] n1_q;
  logic [31:0] mem_s1_q;
  logic [31:0] mem_s2_q;
  logic [27:0] sp_s1_q;
  logic [27:0] sp_s2_q;

  // Bytes that fit into this burst: up to the next 4096-byte boundary, and for
  // buses below 16 bytes up to 256 words.
  logic [12:0] limit;
  logic [12:0] to_page;
  logic        ends_run;
  logic [11:0] last_position;

  assign to_page = 13'd4096 - {1'b0, mem_q[11:0]};

  if (BusBytes < 16) begin : gen_beat_limit
    logic [12:0] to_beats;
    assign to_beats = 13'(256 * BusBytes) - {{(13 - OffWidth) {1'b0}}, mem_q[OffWidth-1:0]};
    assign limit = (to_beats < to_page) ? to_beats : to_page;
  end else begin : gen_page_limit
    assign limit = to_page;
  end

  assign ends_run = left_q <= {11'd0, limit};
  assign burst_bytes_o = ends_run ? left_q[12:0] : limit;
  // Offset of the last byte from the burst's aligned start; at most 4095.
  assign last_position = {{(12 - OffWidth) {1'b0}}, mem_q[OffWidth-1:0]}
                       + burst_bytes_o[11:0] - 12'd1;

  assign burst_valid_o = valid_q;
  assign burst_addr_o = {mem_q[39:OffWidth], {OffWidth{1'b0}}};
  assign burst_len_o = 8'(last_position >> OffWidth);
  assign burst_first_o = mem_q[OffWidth-1:0];
  assign burst_last_o = last_position[OffWidth-1:0];
  assign burst_sp_o = sp_q;
  assign burst_end_o = ends_run && runs_q == '0 && reps_q == '0;
  assign idle_o = !valid_q;

  logic [39:0] next_run_mem;
  logic [27:0] next_run_sp;
  logic        next_rep;

  assign next_rep = runs_q == '0;
  assign next_run_mem = next_rep ? rep_mem_q + {8'd0, mem_s2_q} : run_mem_q + {8'd0, mem_s1_q};
  assign next_run_sp = next_rep ? rep_sp_q + sp_s2_q : run_sp_q + sp_s1_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (start_i && idle_o) valid_q <= 1'b1;
    else if (burst_ready_i && burst_end_o) valid_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (idle_o) begin
      mem_q <= cmd_mem;
      sp_q <= cmd_sp;
      left_q <= cmd_len;
      run_mem_q <= cmd_mem;
      run_sp_q <= cmd_sp;
      rep_mem_q <= cmd_mem;
      rep_sp_q <= cmd_sp;
      runs_q <= cmd_n1 - 16'd1;
      reps_q <= cmd_n2 - 16'd1;
      len_q <= cmd_len;
      n1_q <= cmd_n1;
      mem_s1_q <= cmd_i[STH_LOAD_MEM_S1_LSB +: 32];
      mem_s2_q <= cmd_i[STH_LOAD_MEM_S2_LSB +: 32];
      sp_s1_q <= cmd_i[STH_LOAD_SP_S1_LSB +: 28];
      sp_s2_q <= cmd_i[STH_LOAD_SP_S2_LSB +: 28];
    end else if (burst_ready_i) begin
      if (!ends_run) begin
        mem_q <= mem_q + {27'd0, limit};
        sp_q <= sp_q + {15'd0, limit};
        left_q <= left_q - {11'd0, limit};
      end else begin
        mem_q <= next_run_mem;
        sp_q <= next_run_sp;
        left_q <= len_q;
        run_mem_q <= next_run_mem;
        run_sp_q <= next_run_sp;
        runs_q <= next_rep ? n1_q - 16'd1 : runs_q - 16'd1;
        if (next_rep) begin
          rep_mem_q <= next_run_mem;
          rep_sp_q <= next_run_sp;
          reps_q <= reps_q - 16'd1;
        end
      end
    end
  end

  `STH_ASSERT(StartsIdle, start_i -> idle_o)
  `STH_ASSERT(StartsNotEmpty, start_i -> cmd_len != '0 && cmd_n1 != '0 && cmd_n2 != '0)
  `STH_ASSERT_STAYS(BurstStays, burst_valid_o && !burst_ready_i, {burst_valid_o, burst_addr_o})
  // A burst stays inside its page and has 256 bus words at most.
  `STH_ASSERT(BurstInsidePage, burst_valid_o ->
                               32'(mem_q[11:0]) + 32'(burst_bytes_o) <= 4096)
  `STH_ASSERT(BurstInBeats, burst_valid_o -> burst_bytes_o != '0 &&
                            (last_position >> OffWidth) < 12'd256)

endmodule

`default_nettype wire
