// Fault unit: collects faults, waits for the core to drain, finds the oldest, reports it.
//
// From the cycle after a fault arises pending_o stops the front end and halt_o the engines that may
// start nothing more.  As long as drained_i is high it looks at the front end's fault and at the
// first one of each engine, one a cycle; one cycle after the last, the fault with the lowest index
// (modulo 2^32) is on the outputs for good, with a pulse on report_o one cycle before.  If the
// watchdog expires while waiting it records no more and does so at once.  Only reset ends that
// state.
//
// An engine's first fault is its oldest, for it retires in order.  A watchdog's is older than any
// that can still come, so then the records hold the oldest command of each engine.

`include "sth_assert.svh"
`default_nettype none

module sth_faults (
  input  logic         clk_i,
  input  logic         rst_ni,
  // The decoder's fault, a pulse; what it is stays.
  input  logic         decode_valid_i,
  input  logic [3:0]   decode_code_i,
  input  logic [39:0]  decode_addr_i,
  // The first command that was not dispatched; it stays while pending_o.
  input  logic [31:0]  next_index_i,
  // For each engine, whether it holds or waits for a command, and the oldest such.  A command that
  // retires is that one.
  input  logic [3:0]   held_i,
  input  logic [127:0] oldest_i,
  // Retirements: bus errors of load and store, posts that overflow.
  input  logic         load_error_i,
  input  logic [39:0]  load_addr_i,
  input  logic         store_error_i,
  input  logic [39:0]  store_addr_i,
  input  logic [3:0]   overflow_i,
  input  logic         watchdog_i,
  input  logic         drained_i,
  output logic         pending_o,
  output logic [3:0]   halt_o,
  output logic         report_o,
  output logic         faulted_o,
  output logic [3:0]   code_o,
  output logic [31:0]  index_o,
  output logic [39:0]  addr_o
);

  `include "sth_spec.svh"

  // What arises.
  logic       pending_q, given_up_q, decode_q, watchdog_q, load_bus_q, store_bus_q;
  logic       watchdog;
  logic [3:0] fail, record, halt_d, halt_q;
  logic [3:0] valid_q;
  logic [127:0] index_q;
  logic [39:0]  load_addr_q, store_addr_q;

  assign fail = overflow_i | (4'(store_error_i) << STH_ENGINE_STORE) |
                (4'(load_error_i) << STH_ENGINE_LOAD);

  // Of two in one cycle the older: the decoder's only if no dispatched command waits.
  assign watchdog = watchdog_i && !pending_q && !(decode_valid_i && held_i == '0);
  assign record   = {4{watchdog}} | (watchdog_q || given_up_q ? 4'd0 : fail & ~valid_q);
  assign halt_d   = halt_q | fail | {4{watchdog_i}};

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      pending_q  <= 1'b0;
      given_up_q <= 1'b0;
      decode_q   <= 1'b0;
      watchdog_q <= 1'b0;
      valid_q    <= '0;
      halt_q     <= '0;
    end else begin
      pending_q  <= pending_q || decode_valid_i || fail != '0 || watchdog_i;
      given_up_q <= given_up_q || (watchdog_i && pending_q);
      decode_q   <= decode_q || decode_valid_i;
      watchdog_q <= watchdog_q || watchdog;
      valid_q    <= (valid_q & ~record) | (record & (watchdog ? held_i : 4'hf));
      halt_q     <= halt_d;
    end
  end

  for (genvar e = 0; e < 4; e++) begin : gen_record
    always_ff @(posedge clk_i) begin
      if (record[e]) index_q[32 * e +: 32] <= oldest_i[32 * e +: 32];
    end
  end

  always_ff @(posedge clk_i) begin
    if (record[STH_ENGINE_LOAD]) begin
      load_bus_q  <= load_error_i;
      load_addr_q <= load_addr_i;
    end
    if (record[STH_ENGINE_STORE]) begin
      store_bus_q  <= store_error_i;
      store_addr_q <= store_addr_i;
    end
  end

  // The search: the front end first, then the engines, then it is over.
  localparam logic [2:0] StepFront = 3'd0;
  localparam logic [2:0] StepOver = 3'd5;
  localparam logic [2:0] SourceFront = 3'd4;

  logic [2:0]  step_q, source_q;
  logic        found_q, older, faulted_q;
  logic [31:0] oldest_q, candidate;
  logic [1:0]  engine;

  assign engine    = 2'(step_q - 3'd1);
  assign candidate = index_q[32 * engine +: 32];
  assign older     = $signed(candidate - oldest_q) < 0;
  assign report_o  = step_q == StepOver && !faulted_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) faulted_q <= 1'b0;
    else faulted_q <= faulted_q || report_o;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || !pending_q || (!drained_i && !given_up_q)) step_q <= StepFront;
    else if (step_q != StepOver) step_q <= step_q + 3'd1;
  end

  always_ff @(posedge clk_i) begin
    if (step_q == StepFront) begin
      found_q  <= decode_q || watchdog_q;
      source_q <= SourceFront;
      oldest_q <= next_index_i;
    end else if (step_q != StepOver && valid_q[engine] && (!found_q || older)) begin
      found_q  <= 1'b1;
      source_q <= {1'b0, engine};
      oldest_q <= candidate;
    end
  end

  // What is reported.
  always_comb begin
    code_o = 4'(STH_FAULT_SEM_OVERFLOW);
    addr_o = '0;
    if (watchdog_q) begin
      code_o = 4'(STH_FAULT_WATCHDOG);
    end else if (source_q == SourceFront) begin
      code_o = decode_code_i;
      addr_o = decode_addr_i;
    end else if (source_q == 3'(STH_ENGINE_LOAD) && load_bus_q) begin
      code_o = 4'(STH_FAULT_LOAD_BUS);
      addr_o = load_addr_q;
    end else if (source_q == 3'(STH_ENGINE_STORE) && store_bus_q) begin
      code_o = 4'(STH_FAULT_STORE_BUS);
      addr_o = store_addr_q;
    end
    if (!faulted_q) begin
      code_o = 4'(STH_FAULT_NONE);
      addr_o = '0;
    end
  end

  assign index_o   = faulted_q ? oldest_q : '0;
  assign pending_o = pending_q;
  assign halt_o    = halt_q;
  assign faulted_o = faulted_q;

  `STH_ASSERT_NEXT(OneReport, report_o, faulted_o && !report_o)
  `STH_ASSERT(ReportsWhatPends, report_o -> pending_o)
  `STH_ASSERT_STAYS(FaultStays, faulted_o, {faulted_o, code_o, index_o, addr_o})
  `STH_ASSERT(FaultHasCode, faulted_o -> code_o != 4'(STH_FAULT_NONE))
  `STH_ASSERT(HaltStays, halt_o == (halt_o | $past(halt_o)))
  `STH_ASSERT(FindsOne, report_o -> found_q)
  `STH_ASSERT(DecodeStops, pending_o -> !decode_valid_i)

endmodule

`default_nettype wire
