// Register file: control registers, capabilities, views of status and counters.
//
// A write takes effect at the end of its cycle; a read shows the state of its
// cycle.  rst_ni is the core's reset, so a soft reset also clears it; while
// one is in progress (resetting_i) writes are ignored.  It computes no status.

`include "sth_assert.svh"
`default_nettype none

module sth_regs #(
  // What CAP_BASE and the words after it read, word 0 lowest, one for each row of params.def; the
  // word above them is CFG_HASH.
  parameter int CapWords = 1,
  parameter logic [32*CapWords-1:0] Caps = '0
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  // Accesses, by word address.
  input  logic         wr_en_i,
  input  logic [9:0]   wr_word_i,
  input  logic [31:0]  wr_data_i,
  input  logic [3:0]   wr_strb_i,
  input  logic         rd_en_i,
  input  logic [9:0]   rd_word_i,
  output logic [31:0]  rd_data_o,
  // Control.
  output logic         enable_o,
  output logic         soft_reset_o,
  input  logic         resetting_i,
  output logic [39:0]  ring_base_o,
  output logic [4:0]   ring_log2_o,
  output logic [31:0]  tail_o,
  output logic [31:0]  watchdog_o,
  // It changes with the next cycle.
  output logic         watchdog_set_o,
  output logic         irq_o,
  // Status.
  input  logic         busy_i,
  input  logic         faulted_i,
  input  logic [3:0]   engine_busy_i,
  input  logic [3:0]   engine_blocked_i,
  input  logic [31:0]  head_i,
  input  logic [31:0]  retired_i,
  input  logic         irq_command_i,
  input  logic         irq_fault_i,
  input  logic [3:0]   fault_code_i,
  input  logic [31:0]  fault_index_i,
  input  logic [39:0]  fault_addr_i,
  input  logic [127:0] sem_count_i,
  // Counters.
  output logic [5:0]   cnt_index_o,
  input  logic [63:0]  cnt_data_i
);

  `include "sth_spec.svh"

  localparam int NumCaps = STH_PARAM_COUNT;
  localparam int CapWord = STH_REG_CAP_BASE / 4;
  localparam int CntWord = STH_REG_CNT_BASE / 4;

  // State.
  logic        enable_q;
  logic [19:0] base_lo_q;
  logic [7:0]  base_hi_q;
  logic [4:0]  log2_q;
  logic [31:0] tail_q, watchdog_q, cnt_high_q;
  logic [1:0]  irq_status_q, irq_enable_q;

  // Writes: bytes without a strobe keep their old value.
  logic        wr_en;
  logic [31:0] mask, ctrl_next, base_lo_next, base_hi_next, log2_next, tail_next;
  logic [31:0] watchdog_next, irq_enable_next, irq_clear;
  logic        unused;

  assign wr_en = wr_en_i && !resetting_i;
  assign mask  = {{8{wr_strb_i[3]}}, {8{wr_strb_i[2]}}, {8{wr_strb_i[1]}}, {8{wr_strb_i[0]}}};

  assign ctrl_next       = (32'(enable_q) & ~mask) | (wr_data_i & mask);
  assign base_lo_next    = ({base_lo_q, 12'd0} & ~mask) | (wr_data_i & mask);
  assign base_hi_next    = (32'(base_hi_q) & ~mask) | (wr_data_i & mask);
  assign log2_next       = (32'(log2_q) & ~mask) | (wr_data_i & mask);
  assign tail_next       = (tail_q & ~mask) | (wr_data_i & mask);
  assign watchdog_next   = (watchdog_q & ~mask) | (wr_data_i & mask);
  assign irq_enable_next = (32'(irq_enable_q) & ~mask) | (wr_data_i & mask);
  assign irq_clear       = wr_en && wr_word_i == 10'(STH_REG_IRQ_STATUS / 4) ?
                           wr_data_i & mask : '0;

  assign watchdog_set_o = wr_en && wr_word_i == 10'(STH_REG_WATCHDOG / 4);

  assign soft_reset_o = wr_en && wr_word_i == 10'(STH_REG_CTRL / 4) &&
                        ctrl_next[STH_CTRL_SOFT_RESET_LSB];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      enable_q     <= 1'b0;
      base_lo_q    <= 20'(STH_RESET_RING_BASE_LO >> 12);
      base_hi_q    <= 8'(STH_RESET_RING_BASE_HI);
      log2_q       <= 5'(STH_RESET_RING_LOG2);
      tail_q       <= 32'(STH_RESET_TAIL);
      watchdog_q   <= 32'(STH_RESET_WATCHDOG);
      irq_enable_q <= 2'(STH_RESET_IRQ_ENABLE);
    end else if (wr_en) begin
      case (wr_word_i)
        10'(STH_REG_CTRL / 4):         enable_q     <= ctrl_next[STH_CTRL_ENABLE_LSB];
        10'(STH_REG_RING_BASE_LO / 4): base_lo_q    <= base_lo_next[31:12];
        10'(STH_REG_RING_BASE_HI / 4): base_hi_q    <= base_hi_next[7:0];
        10'(STH_REG_RING_LOG2 / 4):    log2_q       <= log2_next[4:0];
        10'(STH_REG_TAIL / 4):         tail_q       <= tail_next;
        10'(STH_REG_WATCHDOG / 4):     watchdog_q   <= watchdog_next;
        10'(STH_REG_IRQ_ENABLE / 4):   irq_enable_q <= irq_enable_next[1:0];
        default: ;
      endcase
    end
  end

  // A cause that arises in the cycle of a clearing write stays set.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) irq_status_q <= '0;
    else irq_status_q <= (irq_status_q & ~irq_clear[1:0]) | {irq_fault_i, irq_command_i};
  end

  // Reads.
  logic [9:0] cap_index, cnt_word;
  logic       is_cnt;

  assign cap_index   = rd_word_i - 10'(CapWord);
  assign cnt_word    = rd_word_i - 10'(CntWord);
  assign is_cnt      = rd_word_i >= 10'(CntWord) && cnt_word < 10'(2 * STH_CNT_COUNT);
  assign cnt_index_o = cnt_word[6:1];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) cnt_high_q <= '0;
    else if (rd_en_i && is_cnt && !cnt_word[0]) cnt_high_q <= cnt_data_i[63:32];
  end

  logic [31:0] status, cap, plain;

  assign status = (32'(busy_i) << STH_STATUS_BUSY_LSB) |
                  (32'(faulted_i) << STH_STATUS_FAULTED_LSB) |
                  (32'(engine_busy_i) << STH_STATUS_ENGINE_BUSY_LSB) |
                  (32'(engine_blocked_i) << STH_STATUS_ENGINE_BLOCKED_LSB);

  always_comb begin
    cap = '0;
    for (int i = 0; i < NumCaps; i++) begin
      if (cap_index == 10'(i)) cap = Caps[32 * i +: 32];
    end
  end

  logic [31:0] ctrl, fault_lo, fault_hi, sem0, sem1, sem2, sem3, cnt;

  assign ctrl     = (32'(enable_q) << STH_CTRL_ENABLE_LSB) |
                    (32'(resetting_i) << STH_CTRL_SOFT_RESET_LSB);
  assign fault_lo = fault_addr_i[31:0];
  assign fault_hi = 32'(fault_addr_i[39:32]);
  assign sem0     = sem_count_i[31:0];
  assign sem1     = sem_count_i[63:32];
  assign sem2     = sem_count_i[95:64];
  assign sem3     = sem_count_i[127:96];
  assign cnt      = cnt_word[0] ? cnt_high_q : cnt_data_i[31:0];

  always_comb begin
    case (rd_word_i)
      10'(STH_REG_ID / 4):            plain = 32'(STH_RESET_ID);
      10'(STH_REG_VERSION / 4):       plain = 32'(STH_RESET_VERSION);
      10'(STH_REG_CFG_HASH / 4):      plain = Caps[32 * NumCaps +: 32];
      10'(STH_REG_CTRL / 4):          plain = ctrl;
      10'(STH_REG_STATUS / 4):        plain = status;
      10'(STH_REG_RING_BASE_LO / 4):  plain = {base_lo_q, 12'd0};
      10'(STH_REG_RING_BASE_HI / 4):  plain = 32'(base_hi_q);
      10'(STH_REG_RING_LOG2 / 4):     plain = 32'(log2_q);
      10'(STH_REG_TAIL / 4):          plain = tail_q;
      10'(STH_REG_HEAD / 4):          plain = head_i;
      10'(STH_REG_RETIRED / 4):       plain = retired_i;
      10'(STH_REG_IRQ_STATUS / 4):    plain = 32'(irq_status_q);
      10'(STH_REG_IRQ_ENABLE / 4):    plain = 32'(irq_enable_q);
      10'(STH_REG_WATCHDOG / 4):      plain = watchdog_q;
      10'(STH_REG_FAULT_CODE / 4):    plain = 32'(fault_code_i);
      10'(STH_REG_FAULT_INDEX / 4):   plain = fault_index_i;
      10'(STH_REG_FAULT_ADDR_LO / 4): plain = fault_lo;
      10'(STH_REG_FAULT_ADDR_HI / 4): plain = fault_hi;
      10'(STH_REG_SEM0 / 4):          plain = sem0;
      10'(STH_REG_SEM1 / 4):          plain = sem1;
      10'(STH_REG_SEM2 / 4):          plain = sem2;
      10'(STH_REG_SEM3 / 4):          plain = sem3;
      default:                        plain = is_cnt ? cnt : cap;
    endcase
  end

  assign rd_data_o   = plain;
  assign enable_o    = enable_q;
  assign ring_base_o = {base_hi_q, base_lo_q, 12'd0};
  assign ring_log2_o = log2_q < 5'(STH_RING_LOG2_MIN) || log2_q > 5'(STH_RING_LOG2_MAX)
                       ? 5'(STH_RING_LOG2_MIN) : log2_q;
  assign tail_o      = tail_q;
  assign watchdog_o  = watchdog_q;
  assign irq_o       = (irq_status_q & irq_enable_q) != '0;

  assign unused = ^{ctrl_next, base_lo_next, base_hi_next, log2_next, irq_enable_next, irq_clear};

  `STH_ASSERT_INIT(WordForEachCap, CapWords == NumCaps + 1)

  `STH_ASSERT(RingInRange, ring_log2_o >= 5'(STH_RING_LOG2_MIN) &&
                           ring_log2_o <= 5'(STH_RING_LOG2_MAX))
  `STH_ASSERT_STAYS(ResetIgnoresWrites, resetting_i, {enable_o, tail_o, watchdog_o})
  `STH_ASSERT_NEXT(CauseIsKept, irq_fault_i, irq_status_q[1])

endmodule

`default_nettype wire
