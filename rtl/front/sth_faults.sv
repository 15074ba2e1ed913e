// Fault unit: collects faults, waits for the core to drain, reports one.
//
// From the cycle after a fault arises pending_o stops the front end and halt_o
// the engines that may start nothing more.  Once drained_i was high for two
// cycles in a row, or the watchdog expires while waiting, the fault with the
// lowest index (modulo 2^32; the first of the ports below if equal) appears on
// the outputs for good, with a pulse on report_o one cycle before.  Only reset
// ends that state.

`include "sth_assert.svh"
`default_nettype none

module sth_faults (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         decode_valid_i,
  input  logic [3:0]   decode_code_i,
  input  logic [31:0]  decode_index_i,
  input  logic [39:0]  decode_addr_i,
  // Retirements of the four engines: bus errors of load and store, posts that
  // overflow.
  input  logic [127:0] retire_index_i,
  input  logic         load_error_i,
  input  logic [39:0]  load_addr_i,
  input  logic         store_error_i,
  input  logic [39:0]  store_addr_i,
  input  logic [3:0]   overflow_i,
  input  logic         watchdog_i,
  input  logic [31:0]  watchdog_index_i,
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

  // Candidates in order: decode, load, store, overflow of the oldest poster,
  // watchdog.
  localparam int Num = 5;

  logic            pending_d, pending_q, faulted_q, drained_q;
  logic [3:0]      halt_d, halt_q;
  logic [3:0]      code_d, code_q;
  logic [31:0]     index_d, index_q;
  logic [39:0]     addr_d, addr_q;

  logic [31:0]       overflow_index;
  logic [3:0]        overflow_halt;
  logic [Num-1:0]    valid;
  logic [Num*4-1:0]  code;
  logic [Num*32-1:0] index;
  logic [Num*40-1:0] addr;
  logic              older;

  sth_oldest u_overflow (
    .valid_i  (overflow_i),
    .index_i  (retire_index_i),
    .default_i(32'd0),
    .index_o  (overflow_index)
  );

  for (genvar e = 0; e < 4; e++) begin : gen_overflow
    assign overflow_halt[e] = overflow_i[e] && retire_index_i[32 * e +: 32] == overflow_index;
  end

  assign valid = {watchdog_i && !pending_q, overflow_i != '0, store_error_i, load_error_i,
                  decode_valid_i};
  assign code  = {4'(STH_FAULT_WATCHDOG), 4'(STH_FAULT_SEM_OVERFLOW), 4'(STH_FAULT_STORE_BUS),
                  4'(STH_FAULT_LOAD_BUS), decode_code_i};
  assign index = {watchdog_index_i, overflow_index, retire_index_i[32 * STH_ENGINE_STORE +: 32],
                  retire_index_i[32 * STH_ENGINE_LOAD +: 32], decode_index_i};
  assign addr  = {40'd0, 40'd0, store_addr_i, load_addr_i, decode_addr_i};

  always_comb begin
    pending_d = pending_q;
    code_d    = code_q;
    index_d   = index_q;
    addr_d    = addr_q;
    older     = 1'b0;
    for (int i = 0; i < Num; i++) begin
      older = $signed(index[32 * i +: 32] - index_d) < 0;
      if (valid[i] && (!pending_d || older)) begin
        pending_d = 1'b1;
        code_d    = code[4 * i +: 4];
        index_d   = index[32 * i +: 32];
        addr_d    = addr[40 * i +: 40];
      end
    end
  end

  assign halt_d = halt_q | overflow_halt | {4{watchdog_i}} |
                  (4'(store_error_i) << STH_ENGINE_STORE) | (4'(load_error_i) << STH_ENGINE_LOAD);

  assign report_o = pending_q && !faulted_q && ((drained_i && drained_q) || watchdog_i);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      pending_q <= 1'b0;
      halt_q    <= '0;
      drained_q <= 1'b0;
      faulted_q <= 1'b0;
      code_q    <= 4'(STH_FAULT_NONE);
      index_q   <= '0;
      addr_q    <= '0;
    end else if (!faulted_q) begin
      pending_q <= pending_d;
      halt_q    <= halt_d;
      drained_q <= pending_q && drained_i;
      faulted_q <= report_o;
      code_q    <= code_d;
      index_q   <= index_d;
      addr_q    <= addr_d;
    end
  end

  assign pending_o = pending_q;
  assign halt_o    = halt_q;
  assign faulted_o = faulted_q;
  assign code_o    = faulted_q ? code_q : 4'(STH_FAULT_NONE);
  assign index_o   = faulted_q ? index_q : '0;
  assign addr_o    = faulted_q ? addr_q : '0;

  `STH_ASSERT_NEXT(OneReport, report_o, faulted_o && !report_o)
  `STH_ASSERT(ReportsWhatPends, report_o -> pending_o)
  `STH_ASSERT_STAYS(FaultStays, faulted_o, {faulted_o, code_o, index_o, addr_o})
  `STH_ASSERT(FaultHasCode, faulted_o -> code_o != 4'(STH_FAULT_NONE))
  `STH_ASSERT(HaltStays, halt_o == (halt_o | $past(halt_o)))
  `STH_ASSERT(DecodeStops, pending_o -> !decode_valid_i)

endmodule

`default_nettype wire
