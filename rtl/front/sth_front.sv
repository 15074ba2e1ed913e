// Front end: registers, command fetch and decode, engine queues, semaphores,
// faults, watchdog, counters and soft reset.
//
// It offers each engine the head of its queue once the semaphore waits of that
// command are met, and follows retirements.  Engines are numbered as in
// commands.def; vectors hold engine 0 lowest.  It moves no data and knows
// nothing of what engines do.

`include "sth_assert.svh"
`default_nettype none

module sth_front #(
  // Array size: powers of two from 4 to 512.
  parameter int ArrayRows = 16,
  parameter int ArrayCols = 16,
  // Capacities in bytes.
  parameter int SpBytes = 262144,
  parameter int AccBytes = 65536,
  // Operands of the array: a sum of STH_DATA_TYPE_*.
  parameter int DataTypes = 3,
  // Bytes of a bus word.
  parameter int BusBytes = 16,
  // Commands in front of each engine, and in the fetch buffer or on their way: 2 or more.
  parameter int QueueDepth = 8,
  parameter int FetchDepth = 16,
  // What the capability registers and CFG_HASH read, see sth_regs.
  parameter int CapWords = 1,
  parameter logic [32*CapWords-1:0] Caps = '0
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  // rst_ni after the next edge.
  input  logic                  rst_next_ni,
  // Reset of everything that a soft reset clears.
  output logic                  core_rst_no,
  output logic                  irq_o,
  // AXI4-Lite slave.
  input  logic                  s_axil_awvalid_i,
  output logic                  s_axil_awready_o,
  input  logic [11:0]           s_axil_awaddr_i,
  input  logic                  s_axil_wvalid_i,
  output logic                  s_axil_wready_o,
  input  logic [31:0]           s_axil_wdata_i,
  input  logic [3:0]            s_axil_wstrb_i,
  output logic                  s_axil_bvalid_o,
  input  logic                  s_axil_bready_i,
  output logic [1:0]            s_axil_bresp_o,
  input  logic                  s_axil_arvalid_i,
  output logic                  s_axil_arready_o,
  input  logic [11:0]           s_axil_araddr_i,
  output logic                  s_axil_rvalid_o,
  input  logic                  s_axil_rready_i,
  output logic [31:0]           s_axil_rdata_o,
  output logic [1:0]            s_axil_rresp_o,
  // Command fetch.
  output logic                  ar_valid_o,
  input  logic                  ar_ready_i,
  output logic [39:0]           ar_addr_o,
  output logic [7:0]            ar_len_o,
  input  logic                  r_valid_i,
  output logic                  r_ready_o,
  input  logic [8*BusBytes-1:0] r_data_i,
  input  logic [1:0]            r_resp_i,
  input  logic                  r_last_i,
  // Commands to the engines.
  output logic [3:0]            cmd_valid_o,
  input  logic [3:0]            cmd_ready_i,
  output logic [2047:0]         cmd_o,
  output logic [127:0]          cmd_index_o,
  // Retirements.  A retirement with an error neither posts nor counts.
  input  logic [3:0]            retire_valid_i,
  input  logic [127:0]          retire_index_i,
  input  logic [63:0]           retire_post_i,
  input  logic [3:0]            retire_irq_i,
  input  logic                  load_error_i,
  input  logic [39:0]           load_error_addr_i,
  input  logic                  store_error_i,
  input  logic [39:0]           store_error_addr_i,
  // Draining before a soft reset: no new burst; idle: none outstanding.
  output logic                  drain_o,
  input  logic                  engines_idle_i,
  // For status and counters.
  input  logic [3:0]            engine_busy_i,
  input  logic                  stream_i,
  input  logic                  weight_stall_i,
  input  logic                  vector_stall_i,
  input  logic                  load_stall_i,
  input  logic                  store_stall_i,
  input  logic [47:0]           macs_i,
  input  logic [47:0]           load_bytes_i,
  input  logic [47:0]           store_bytes_i
);

  `include "sth_spec.svh"

  // Commands that one engine may hold unretired; more wait in its queue.
  localparam int InFlight = 8;

  // Registers.
  logic        wr_en, rd_en;
  logic [9:0]  wr_word, rd_word;
  logic [31:0] wr_data, rd_data;
  logic [3:0]  wr_strb;
  logic        enable, soft_reset, resetting, fetch_idle;
  logic [39:0] ring_base;
  logic [4:0]  ring_log2;
  logic [31:0] tail, head, retired_q, watchdog_limit;
  logic        watchdog_set;
  logic        busy;
  logic [5:0]  cnt_index;
  logic [63:0] cnt_data;

  // Faults.
  logic        pending, faulted, report, expired;
  logic [3:0]  halt, fault_code;
  logic [31:0] fault_index;
  logic [39:0] fault_addr;

  // Engines.
  logic [3:0]   retired, retire_error, queue_valid, allow, stopped, start, blocked;
  logic [3:0]   head_valid_q;
  logic [3:0]   flight_ready, flight_valid, overflow;
  logic [63:0]  wait_q;
  logic [127:0] flight_index, oldest, sem_count;

  sth_axil_slave u_axil (
    .clk_i           (clk_i),
    .rst_ni          (rst_ni),
    .rst_next_ni     (rst_next_ni),
    .s_axil_awvalid_i, .s_axil_awready_o, .s_axil_awaddr_i,
    .s_axil_wvalid_i, .s_axil_wready_o, .s_axil_wdata_i, .s_axil_wstrb_i,
    .s_axil_bvalid_o, .s_axil_bready_i, .s_axil_bresp_o,
    .s_axil_arvalid_i, .s_axil_arready_o, .s_axil_araddr_i,
    .s_axil_rvalid_o, .s_axil_rready_i, .s_axil_rdata_o, .s_axil_rresp_o,
    .wr_en_o         (wr_en),
    .wr_word_o       (wr_word),
    .wr_data_o       (wr_data),
    .wr_strb_o       (wr_strb),
    .rd_en_o         (rd_en),
    .rd_word_o       (rd_word),
    .rd_data_i       (rd_data)
  );

  sth_regs #(
    .CapWords(CapWords),
    .Caps    (Caps)
  ) u_regs (
    .clk_i           (clk_i),
    .rst_ni          (core_rst_no),
    .wr_en_i         (wr_en),
    .wr_word_i       (wr_word),
    .wr_data_i       (wr_data),
    .wr_strb_i       (wr_strb),
    .rd_en_i         (rd_en),
    .rd_word_i       (rd_word),
    .rd_data_o       (rd_data),
    .enable_o        (enable),
    .soft_reset_o    (soft_reset),
    .resetting_i     (resetting),
    .ring_base_o     (ring_base),
    .ring_log2_o     (ring_log2),
    .tail_o          (tail),
    .watchdog_o      (watchdog_limit),
    .watchdog_set_o  (watchdog_set),
    .irq_o           (irq_o),
    .busy_i          (busy),
    .faulted_i       (faulted),
    .engine_busy_i   (engine_busy_i),
    .engine_blocked_i(blocked),
    .head_i          (head),
    .retired_i       (retired_q),
    .irq_command_i   ((retired & retire_irq_i) != '0),
    .irq_fault_i     (report),
    .fault_code_i    (fault_code),
    .fault_index_i   (fault_index),
    .fault_addr_i    (fault_addr),
    .sem_count_i     (sem_count),
    .cnt_index_o     (cnt_index),
    .cnt_data_i      (cnt_data)
  );

  sth_soft_reset u_soft_reset (
    .clk_i      (clk_i),
    .rst_ni     (rst_ni),
    .request_i  (soft_reset),
    .idle_i     (fetch_idle && engines_idle_i),
    .drain_o    (drain_o),
    .active_o   (resetting),
    .core_rst_no(core_rst_no)
  );

  // Fetch and decode.
  logic         fetched_valid, fetched_ready, fetched_error;
  logic [511:0] fetched, decoded;
  logic [31:0]  fetched_index, decoded_index, next_index;
  logic [39:0]  fetched_addr;
  logic [3:0]   push_valid, push_ready;
  logic         decode_fault;
  logic [3:0]   decode_code;
  logic [39:0]  decode_addr;

  sth_fetch #(
    .BusBytes  (BusBytes),
    .FetchDepth(FetchDepth)
  ) u_fetch (
    .clk_i      (clk_i),
    .rst_ni     (core_rst_no),
    .enable_i   (enable),
    .drain_i    (resetting || pending),
    .idle_o     (fetch_idle),
    .ring_base_i(ring_base),
    .ring_log2_i(ring_log2),
    .tail_i     (tail),
    .head_o     (head),
    .ar_valid_o (ar_valid_o),
    .ar_ready_i (ar_ready_i),
    .ar_addr_o  (ar_addr_o),
    .ar_len_o   (ar_len_o),
    .r_valid_i  (r_valid_i),
    .r_ready_o  (r_ready_o),
    .r_data_i   (r_data_i),
    .r_resp_i   (r_resp_i),
    .r_last_i   (r_last_i),
    .cmd_valid_o(fetched_valid),
    .cmd_ready_i(fetched_ready),
    .cmd_o      (fetched),
    .cmd_index_o(fetched_index),
    .cmd_addr_o (fetched_addr),
    .cmd_error_o(fetched_error)
  );

  sth_decode #(
    .ArrayRows(ArrayRows),
    .ArrayCols(ArrayCols),
    .SpBytes  (SpBytes),
    .AccBytes (AccBytes),
    .DataTypes(DataTypes)
  ) u_decode (
    .clk_i        (clk_i),
    .rst_ni       (core_rst_no),
    .stop_i       (resetting || pending),
    .cmd_valid_i  (fetched_valid),
    .cmd_ready_o  (fetched_ready),
    .cmd_i        (fetched),
    .cmd_index_i  (fetched_index),
    .cmd_addr_i   (fetched_addr),
    .cmd_error_i  (fetched_error),
    .queue_valid_o(push_valid),
    .queue_ready_i(push_ready),
    .queue_cmd_o  (decoded),
    .queue_index_o(decoded_index),
    .next_index_o (next_index),
    .fault_valid_o(decode_fault),
    .fault_code_o (decode_code),
    .fault_addr_o (decode_addr)
  );

  // A queue for each engine, and the indices of what the engine holds.
  for (genvar e = 0; e < 4; e++) begin : gen_engine
    sth_fifo #(
      .Width(544),
      .Depth(QueueDepth)
    ) u_queue (
      .clk_i       (clk_i),
      .rst_ni      (core_rst_no),
      .push_valid_i(push_valid[e]),
      .push_ready_o(push_ready[e]),
      .push_data_i ({decoded_index, decoded}),
      .pop_valid_o (queue_valid[e]),
      .pop_ready_i (start[e]),
      .pop_data_o  ({cmd_index_o[32 * e +: 32], cmd_o[512 * e +: 512]})
    );

    sth_fifo #(
      .Width(32),
      .Depth(InFlight)
    ) u_flight (
      .clk_i       (clk_i),
      .rst_ni      (core_rst_no),
      .push_valid_i(start[e]),
      .push_ready_o(flight_ready[e]),
      .push_data_i (cmd_index_o[32 * e +: 32]),
      .pop_valid_o (flight_valid[e]),
      .pop_ready_i (retire_valid_i[e]),
      .pop_data_o  (flight_index[32 * e +: 32])
    );

    // What the head of the queue waits for, so that a grant begins at registers.
    always_ff @(posedge clk_i) begin
      if (!core_rst_no) head_valid_q[e] <= 1'b0;
      else head_valid_q[e] <= queue_valid[e] && !start[e];
    end
    always_ff @(posedge clk_i) begin
      wait_q[16 * e +: 16] <= cmd_o[512 * e + STH_ANY_WAIT_LSB +: STH_ANY_WAIT_WIDTH];
    end

    assign oldest[32 * e +: 32]    = flight_valid[e] ? flight_index[32 * e +: 32] :
                                                       cmd_index_o[32 * e +: 32];

    `STH_ASSERT(StartHasRoom, core_rst_no && start[e] -> flight_ready[e])
    `STH_ASSERT(RetireInOrder, core_rst_no && retire_valid_i[e] ->
                flight_valid[e] && retire_index_i[32 * e +: 32] == flight_index[32 * e +: 32])
    `STH_ASSERT(BusyHoldsACommand, core_rst_no -> engine_busy_i[e] == flight_valid[e])
  end

  // What keeps an engine from starting commands besides semaphores.
  assign stopped     = halt | ~flight_ready | {4{resetting}};
  assign cmd_valid_o = allow & ~stopped;
  assign start       = cmd_valid_o & cmd_ready_i;
  assign blocked     = head_valid_q & ~allow & ~engine_busy_i;

  assign retire_error = (4'(load_error_i) << STH_ENGINE_LOAD) |
                        (4'(store_error_i) << STH_ENGINE_STORE);
  assign retired      = retire_valid_i & ~retire_error;

  sth_semaphores u_semaphores (
    .clk_i       (clk_i),
    .rst_ni      (core_rst_no),
    .wait_valid_i(head_valid_q),
    .wait_mask_i (wait_q),
    .allow_o     (allow),
    .take_i      (cmd_ready_i & ~stopped),
    .post_valid_i(retired),
    .post_mask_i (retire_post_i),
    .overflow_o  (overflow),
    .count_o     (sem_count)
  );

  always_ff @(posedge clk_i) begin
    if (!core_rst_no) begin
      retired_q <= '0;
    end else begin
      retired_q <= retired_q + 32'(retired[0]) + 32'(retired[1]) + 32'(retired[2]) +
                   32'(retired[3]);
    end
  end

  assign busy = !faulted && (head != tail || head != retired_q);

  // Faults.
  sth_watchdog u_watchdog (
    .clk_i    (clk_i),
    .rst_ni   (core_rst_no),
    .limit_i  (watchdog_limit),
    .set_i    (watchdog_set),
    .busy_i   (busy),
    .retire_i (retire_valid_i != '0),
    .expired_o(expired)
  );

  sth_faults u_faults (
    .clk_i           (clk_i),
    .rst_ni          (core_rst_no),
    .decode_valid_i  (decode_fault),
    .decode_code_i   (decode_code),
    .decode_addr_i   (decode_addr),
    .next_index_i    (next_index),
    .held_i          (flight_valid | queue_valid),
    .oldest_i        (oldest),
    .load_error_i    (retire_valid_i[STH_ENGINE_LOAD] && load_error_i),
    .load_addr_i     (load_error_addr_i),
    .store_error_i   (retire_valid_i[STH_ENGINE_STORE] && store_error_i),
    .store_addr_i    (store_error_addr_i),
    .overflow_i      (overflow),
    .watchdog_i      (expired),
    .drained_i       (engine_busy_i == '0 && cmd_valid_o == '0),
    .pending_o       (pending),
    .halt_o          (halt),
    .report_o        (report),
    .faulted_o       (faulted),
    .code_o          (fault_code),
    .index_o         (fault_index),
    .addr_o          (fault_addr)
  );

  sth_counters u_counters (
    .clk_i         (clk_i),
    .rst_ni        (core_rst_no),
    .busy_i        (busy),
    .engine_busy_i (engine_busy_i),
    .engine_sem_i  (blocked),
    .retire_i      (retired),
    .stream_i      (stream_i),
    .weight_stall_i(weight_stall_i),
    .vector_stall_i(vector_stall_i),
    .load_stall_i  (load_stall_i),
    .store_stall_i (store_stall_i),
    .macs_i        (macs_i),
    .load_bytes_i  (load_bytes_i),
    .store_bytes_i (store_bytes_i),
    .read_index_i  (cnt_index),
    .read_data_o   (cnt_data)
  );

  // Registers between the two ends of each latency.
  localparam int FetchRequest = 2;  // TAIL, ENABLE or the count of commands taken; the address
  localparam int FetchData = 1;     // the fetch buffer
  localparam int Queue = 1;         // the queue's pointers
  localparam int Grant = 2;         // the queue's pointers, the head's semaphores
  localparam int FaultReport = 7;   // engine or fault state, five steps of the search, the report
  localparam int SoftReset = 3;     // the quiet cycle, two cycles of reset

  initial begin
    if (STH_LAT_FETCH_REQUEST != FetchRequest || STH_LAT_FETCH_DATA != FetchData ||
        STH_LAT_QUEUE != Queue || STH_LAT_GRANT != Grant || STH_LAT_FAULT_REPORT != FaultReport ||
        STH_LAT_SOFT_RESET != SoftReset) begin
      $error("a latency of the front end is not what its registers make it");
    end
  end

  `STH_ASSERT(StartsHeads, core_rst_no -> (start & ~queue_valid) == '0)
  `STH_ASSERT(HaltedStartsNothing, core_rst_no -> (start & halt) == '0)
  `STH_ASSERT(RetiredWereFetched, core_rst_no -> $signed(head - retired_q) >= 0)

endmodule

`default_nettype wire
