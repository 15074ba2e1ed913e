// Performance counters: one 64-bit register for each row of counters.def.
//
// They advance only in cycles with busy_i.  Amounts (macs_i, bytes) count in
// the cycle of the retirement they belong to.  What counts in cycle t is added
// in t + 1, so a read in t + 2, which is combinational, shows cycles up to t.
// The latch for the high word is in sth_regs.

`include "sth_assert.svh"
`default_nettype none

module sth_counters (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        busy_i,
  // One bit for each engine.
  input  logic [3:0]  engine_busy_i,
  input  logic [3:0]  engine_sem_i,
  input  logic [3:0]  retire_i,
  input  logic        stream_i,
  input  logic        weight_stall_i,
  input  logic        vector_stall_i,
  input  logic        load_stall_i,
  input  logic        store_stall_i,
  input  logic [47:0] macs_i,
  input  logic [47:0] load_bytes_i,
  input  logic [47:0] store_bytes_i,
  input  logic [5:0]  read_index_i,
  output logic [63:0] read_data_o
);

  `include "sth_spec.svh"

  // Increments, zero in other cycles.  48 bits hold the largest amount of one
  // command, m * n * k, and any number of bytes that a run could copy.
  logic [STH_CNT_COUNT*48-1:0] step, step_q;
  logic [STH_CNT_COUNT*64-1:0] count_q;
  logic [15:0]                 overlap;

  assign overlap = 16'd1 << engine_busy_i;

  assign step[48 * STH_CNT_CYCLES +: 48]             = 48'd1;
  assign step[48 * STH_CNT_ARRAY_STREAM +: 48]       = 48'(stream_i);
  assign step[48 * STH_CNT_ARRAY_WEIGHT_STALL +: 48] = 48'(weight_stall_i);
  assign step[48 * STH_CNT_VECTOR_BANK_STALL +: 48]  = 48'(vector_stall_i);
  assign step[48 * STH_CNT_LOAD_BANK_STALL +: 48]    = 48'(load_stall_i);
  assign step[48 * STH_CNT_STORE_BANK_STALL +: 48]   = 48'(store_stall_i);
  assign step[48 * STH_CNT_MACS +: 48]        = retire_i[STH_ENGINE_MATRIX] ? macs_i : '0;
  assign step[48 * STH_CNT_LOAD_BYTES +: 48]  = retire_i[STH_ENGINE_LOAD] ? load_bytes_i : '0;
  assign step[48 * STH_CNT_STORE_BYTES +: 48] = retire_i[STH_ENGINE_STORE] ? store_bytes_i : '0;

  for (genvar e = 0; e < 4; e++) begin : gen_engine
    assign step[48 * (STH_CNT_LOAD_BUSY + e) +: 48]     = 48'(engine_busy_i[e]);
    assign step[48 * (STH_CNT_LOAD_SEM + e) +: 48]      = 48'(engine_sem_i[e]);
    assign step[48 * (STH_CNT_LOAD_COMMANDS + e) +: 48] = 48'(retire_i[e]);
  end

  for (genvar i = 0; i < 16; i++) begin : gen_overlap
    assign step[48 * (STH_CNT_OVERLAP_0 + i) +: 48] = 48'(overlap[i]);
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || !busy_i) step_q <= '0;
    else step_q <= step;
  end

  for (genvar i = 0; i < STH_CNT_COUNT; i++) begin : gen_counter
    always_ff @(posedge clk_i) begin
      if (!rst_ni) count_q[64 * i +: 64] <= '0;
      else count_q[64 * i +: 64] <= count_q[64 * i +: 64] + 64'(step_q[48 * i +: 48]);
    end

    `STH_ASSERT(NoWrap, !count_q[64 * i + 63])
  end

  always_comb begin
    read_data_o = '0;
    for (int i = 0; i < STH_CNT_COUNT; i++) begin
      if (read_index_i == 6'(i)) read_data_o = count_q[64 * i +: 64];
    end
  end

  // The loop over engines relies on this order.
  initial begin
    if (STH_CNT_STORE_BUSY != STH_CNT_LOAD_BUSY + 3 || STH_CNT_STORE_SEM != STH_CNT_LOAD_SEM + 3 ||
        STH_CNT_STORE_COMMANDS != STH_CNT_LOAD_COMMANDS + 3 ||
        STH_CNT_OVERLAP_15 != STH_CNT_OVERLAP_0 + 15 || STH_CNT_COUNT > 64) begin
      $error("unexpected order of counters");
    end
  end

  `STH_ASSERT(OneOverlap, $onehot(overlap))

endmodule

`default_nettype wire
