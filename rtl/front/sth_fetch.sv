// Command fetch: reads 64-byte commands from the ring into a buffer.
//
// While enabled, and as long as the buffer has room for what is on its way, it
// puts one read burst a cycle on the bus, in ring order; data of one bus ID
// comes back in order.  A command whose last beat arrives in cycle t can leave
// the buffer in t + 1.  A bus error travels with its command.  drain_i stops
// new requests; idle_o says that none is outstanding.  It does not look into
// commands.

`include "sth_assert.svh"
`default_nettype none

module sth_fetch #(
  // Bus width in bytes: a power of two from 4 to 2048.
  parameter int BusBytes = 16,
  // Commands in the buffer and on their way at most: 2 or more.
  parameter int FetchDepth = 16
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  enable_i,
  input  logic                  drain_i,
  output logic                  idle_o,
  // The ring.
  input  logic [39:0]           ring_base_i,
  input  logic [4:0]            ring_log2_i,
  input  logic [31:0]           tail_i,
  output logic [31:0]           head_o,
  // Read bursts of constant length, and their data in order.
  output logic                  ar_valid_o,
  input  logic                  ar_ready_i,
  output logic [39:0]           ar_addr_o,
  output logic [7:0]            ar_len_o,
  input  logic                  r_valid_i,
  output logic                  r_ready_o,
  input  logic [8*BusBytes-1:0] r_data_i,
  input  logic [1:0]            r_resp_i,
  input  logic                  r_last_i,
  // To the decoder.
  output logic                  cmd_valid_o,
  input  logic                  cmd_ready_i,
  output logic [511:0]          cmd_o,
  output logic [31:0]           cmd_index_o,
  output logic [39:0]           cmd_addr_o,
  output logic                  cmd_error_o
);

  `include "sth_spec.svh"

  localparam int Beats = BusBytes < 64 ? 64 / BusBytes : 1;
  // Commands on their way or in the buffer: more than these bus words would only hold up load's
  // data.
  localparam int Words = STH_DEPTH_FETCH_BEATS * BusBytes / 64;
  localparam int Most = Words > 2 ? Words : 2;
  localparam int Ahead = FetchDepth < Most ? FetchDepth : Most;
  localparam logic [39:0] BeatMask = 40'(BusBytes) - 40'd1;

  // Commands counted from reset: requested, arrived, handed to the decoder.
  logic [31:0]   issued_q, head_q, popped_q;
  logic          ar_valid_q, issue, pop, last;
  logic [39:0]   ar_addr_q;
  logic [31:0]   slot_mask;
  logic [39:0]   issue_addr, pop_addr;
  logic [511:0]  arrived;
  logic          error;

  // A slot number has at most 16 bits.
  assign slot_mask  = (32'd1 << ring_log2_i) - 32'd1;
  assign issue_addr = ring_base_i + 40'({issued_q & slot_mask, 6'd0});
  assign pop_addr   = ring_base_i + 40'({popped_q & slot_mask, 6'd0});

  // Requests.
  assign issue = enable_i && !drain_i && issued_q != tail_i &&
                 issued_q - popped_q < 32'(Ahead) && (!ar_valid_q || ar_ready_i);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      issued_q   <= '0;
      ar_valid_q <= 1'b0;
    end else begin
      if (issue) issued_q <= issued_q + 32'd1;
      if (issue) ar_valid_q <= 1'b1;
      else if (ar_ready_i) ar_valid_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (issue) ar_addr_q <= issue_addr & ~BeatMask;
  end

  // Arrival.
  assign last = r_valid_i && r_last_i;

  if (BusBytes < 64) begin : gen_narrow
    // The beats before the last one wait here, the oldest lowest.
    logic [511-8*BusBytes:0] beats_q;
    logic                    error_q;

    assign arrived = {r_data_i, beats_q};
    assign error   = error_q || r_resp_i[1];

    always_ff @(posedge clk_i) begin
      if (r_valid_i) beats_q <= arrived[511:8*BusBytes];
    end
    always_ff @(posedge clk_i) begin
      if (!rst_ni) error_q <= 1'b0;
      else if (r_valid_i) error_q <= error && !r_last_i;
    end
  end else if (BusBytes == 64) begin : gen_even
    assign arrived = r_data_i;
    assign error   = r_resp_i[1];
  end else begin : gen_wide
    // The ring is aligned to 4096 bytes: the index picks the lane.
    localparam int LaneWidth = $clog2(BusBytes / 64);
    logic [LaneWidth-1:0] lane;

    assign lane    = head_q[LaneWidth-1:0];
    assign arrived = r_data_i[512 * lane +: 512];
    assign error   = r_resp_i[1];
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) head_q <= '0;
    else if (last) head_q <= head_q + 32'd1;
  end

  // To the decoder.
  assign pop = cmd_valid_o && cmd_ready_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) popped_q <= '0;
    else if (pop) popped_q <= popped_q + 32'd1;
  end

  logic buffer_ready, unused;

  // Never full when a command arrives: no more are requested than it holds.
  sth_fifo #(
    .Width(513),
    .Depth(Ahead)
  ) u_buffer (
    .clk_i       (clk_i),
    .rst_ni      (rst_ni),
    .push_valid_i(last),
    .push_ready_o(buffer_ready),
    .push_data_i ({error, arrived}),
    .pop_valid_o (cmd_valid_o),
    .pop_ready_i (cmd_ready_i),
    .pop_data_o  ({cmd_error_o, cmd_o})
  );

  assign cmd_index_o = popped_q;
  assign cmd_addr_o  = pop_addr;

  assign idle_o     = issued_q == head_q;
  assign head_o     = head_q;
  assign ar_valid_o = ar_valid_q;
  assign ar_addr_o  = ar_addr_q;
  assign ar_len_o   = 8'(Beats - 1);
  assign r_ready_o  = 1'b1;

  // Both error responses have the high bit set.
  assign unused = ^{r_resp_i[0], buffer_ready};

  `STH_ASSERT_INIT(BusIsLegal, BusBytes >= 4 && BusBytes <= 2048 &&
                               (BusBytes & (BusBytes - 1)) == 0)
  `STH_ASSERT(RoomForEach, last -> buffer_ready)
  `STH_ASSERT(NoMoreThanFit, issued_q - popped_q <= 32'(Ahead))
  `STH_ASSERT(ArrivedWereAsked, head_q - popped_q <= issued_q - popped_q)
  `STH_ASSERT(DataWasAsked, r_valid_i -> !idle_o)
  `STH_ASSERT_STAYS(AddressStays, ar_valid_o && !ar_ready_i, {ar_valid_o, ar_addr_o})
  `STH_ASSERT_STAYS(DrainAsksNothing, drain_i, issued_q)
  `STH_ASSERT(BufferHoldsArrived, cmd_valid_o == (head_q != popped_q))

endmodule

`default_nettype wire
