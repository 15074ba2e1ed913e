// Field checks of LOAD and STORE, which share one layout.
//
// field_o, align_o and range_o hold one bit for each command word.  Products
// come from multipliers outside: mul_a_o * mul_b_o back on prod_i; range_o is
// valid one cycle after the products are.  It does not look at the opcode or
// at reserved bits.

`include "sth_assert.svh"
`default_nettype none

module sth_check_dma #(
  // Scratchpad capacity in bytes, up to 2^28.
  parameter int SpBytes = 262144
) (
  input  logic         clk_i,
  input  logic [511:0] cmd_i,
  output logic [127:0] mul_a_o,
  output logic [255:0] mul_b_o,
  input  logic [383:0] prod_i,
  output logic [15:0]  field_o,
  output logic [15:0]  align_o,
  output logic [15:0]  range_o
);

  `include "sth_spec.svh"

  localparam logic [49:0] MemLimit = 50'd1 << 40;

  logic [39:0] mem;
  logic [31:0] sp, mem_s1, mem_s2;
  logic [23:0] len;
  logic [27:0] sp_s1, sp_s2;
  logic [15:0] n1, n2;
  logic [49:0] mem_end_q, sp_end_q;
  logic        unused;

  assign mem    = {cmd_i[STH_LOAD_MEM_HI_LSB +: STH_LOAD_MEM_HI_WIDTH],
                   cmd_i[STH_LOAD_MEM_LO_LSB +: STH_LOAD_MEM_LO_WIDTH]};
  assign sp     = cmd_i[STH_LOAD_SP_LSB +: STH_LOAD_SP_WIDTH];
  assign len    = cmd_i[STH_LOAD_LEN_LSB +: STH_LOAD_LEN_WIDTH];
  assign n1     = cmd_i[STH_LOAD_N1_LSB +: STH_LOAD_N1_WIDTH];
  assign n2     = cmd_i[STH_LOAD_N2_LSB +: STH_LOAD_N2_WIDTH];
  assign mem_s1 = cmd_i[STH_LOAD_MEM_S1_LSB +: STH_LOAD_MEM_S1_WIDTH];
  assign mem_s2 = cmd_i[STH_LOAD_MEM_S2_LSB +: STH_LOAD_MEM_S2_WIDTH];
  assign sp_s1  = cmd_i[STH_LOAD_SP_S1_LSB +: STH_LOAD_SP_S1_WIDTH];
  assign sp_s2  = cmd_i[STH_LOAD_SP_S2_LSB +: STH_LOAD_SP_S2_WIDTH];

  assign mul_a_o = {64'd0, n2 - 16'd1, n1 - 16'd1, n2 - 16'd1, n1 - 16'd1};
  assign mul_b_o = {128'd0, 4'd0, sp_s2, 4'd0, sp_s1, mem_s2, mem_s1};

  // Sums of two products below 2^48, an address and a length: below 2^50.
  always_ff @(posedge clk_i) begin
    mem_end_q <= {10'd0, mem} + {2'd0, prod_i[47:0]} + {2'd0, prod_i[95:48]} + {26'd0, len};
    sp_end_q  <= {18'd0, sp} + {2'd0, prod_i[143:96]} + {2'd0, prod_i[191:144]} + {26'd0, len};
  end

  assign field_o = {9'd0, n1 == '0 || n2 == '0, len == '0, 5'd0};
  assign align_o = '0;
  assign range_o = {11'd0, sp_end_q > 50'(SpBytes), 1'b0, mem_end_q > MemLimit, 2'd0};

  assign unused = ^{cmd_i, prod_i};

  // LOAD names serve both commands.
  initial begin
    if ((STH_USED_LOAD ^ STH_USED_STORE) != '0) $error("LOAD and STORE differ in layout");
  end

  `STH_ASSERT_INIT(CapacityIsLegal, SpBytes <= 1 << 28)

endmodule

`default_nettype wire
