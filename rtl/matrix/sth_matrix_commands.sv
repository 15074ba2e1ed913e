// The commands that the matrix engine holds, in order, and a pointer into them
// for each of its stages.
//
// A stage sees the oldest command that it has not finished and steps on with
// its `done`.  Retirement frees the entry; every stage must be done with it by
// then.  It does not know what a command means.
`include "sth_assert.svh"
`default_nettype none

module sth_matrix_commands #(
  // Commands held, a power of two >= 2.
  parameter int Depth = 4
) (
  input  logic         clk_i,
  input  logic         rst_ni,

  // New command; only when not full.
  input  logic         push_i,
  input  logic [511:0] push_cmd_i,
  input  logic [ 31:0] push_index_i,
  input  logic [ 63:0] push_start_i,
  output logic         full_o,
  output logic         empty_o,

  output logic         load_valid_o,
  output logic         load_newest_o,  // no newer command behind this one
  output logic [511:0] load_cmd_o,
  input  logic         load_done_i,

  output logic         stream_valid_o,
  output logic [511:0] stream_cmd_o,
  input  logic         stream_done_i,

  output logic         sum_valid_o,
  output logic [511:0] sum_cmd_o,
  input  logic         sum_done_i,

  // The oldest command held.
  output logic [511:0] retire_cmd_o,
  output logic [ 31:0] retire_index_o,
  output logic [ 63:0] retire_start_o,
  input  logic         retire_i
);
  localparam int PtrWidth = $clog2(Depth);

  // One bit more than an index: equal means empty, Depth apart means full.
  logic [PtrWidth:0] write_q, load_q, stream_q, sum_q, retire_q;
  logic [511:0] cmd_q [Depth];
  logic [31:0] index_q [Depth];
  logic [63:0] start_q [Depth];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      write_q  <= '0;
      load_q   <= '0;
      stream_q <= '0;
      sum_q    <= '0;
      retire_q <= '0;
    end else begin
      if (push_i) write_q <= write_q + 1'b1;
      if (load_done_i) load_q <= load_q + 1'b1;
      if (stream_done_i) stream_q <= stream_q + 1'b1;
      if (sum_done_i) sum_q <= sum_q + 1'b1;
      if (retire_i) retire_q <= retire_q + 1'b1;
    end
    if (push_i) begin
      cmd_q[write_q[PtrWidth-1:0]]   <= push_cmd_i;
      index_q[write_q[PtrWidth-1:0]] <= push_index_i;
      start_q[write_q[PtrWidth-1:0]] <= push_start_i;
    end
  end

  assign empty_o = write_q == retire_q;
  assign full_o  = write_q == {~retire_q[PtrWidth], retire_q[PtrWidth-1:0]};

  assign load_valid_o   = load_q != write_q;
  assign load_newest_o  = load_q + 1'b1 == write_q;
  assign load_cmd_o     = cmd_q[load_q[PtrWidth-1:0]];
  assign stream_valid_o = stream_q != write_q;
  assign stream_cmd_o   = cmd_q[stream_q[PtrWidth-1:0]];
  assign sum_valid_o    = sum_q != write_q;
  assign sum_cmd_o      = cmd_q[sum_q[PtrWidth-1:0]];
  assign retire_cmd_o   = cmd_q[retire_q[PtrWidth-1:0]];
  assign retire_index_o = index_q[retire_q[PtrWidth-1:0]];
  assign retire_start_o = start_q[retire_q[PtrWidth-1:0]];

  // Stages follow one another through the commands held.
  `STH_ASSERT(PushesOnlyRoom, push_i -> !full_o)
  `STH_ASSERT(LoadsHeld, load_done_i -> load_q != write_q)
  `STH_ASSERT(StreamsAfterLoad, stream_done_i -> stream_q != load_q || load_done_i)
  `STH_ASSERT(SumsAfterStream, sum_done_i -> sum_q != stream_q || stream_done_i)
  `STH_ASSERT(RetiresAfterSum, retire_i -> retire_q != sum_q)

  initial if (Depth < 2 || (Depth & (Depth - 1)) != 0) $error("Depth is no power of two >= 2");
endmodule

`default_nettype wire
