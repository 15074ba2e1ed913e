// Field checks of LOAD and STORE, which share one layout.
//
// field_o, align_o and range_o hold one bit for each command word.  Products
// and sums come from sth_decode: mul_a_o * mul_b_o + mul_c_o, added in pairs,
// back on sum_i.  range_o is combinational.  It does not look at the opcode or
// at reserved bits.

`include "sth_assert.svh"
`default_nettype none

module sth_check_dma #(
  // Scratchpad capacity in bytes, up to 2^28.
  parameter int SpBytes = 262144
) (
  input  logic [511:0] cmd_i,
  output logic [127:0] mul_a_o,
  output logic [255:0] mul_b_o,
  output logic [319:0] mul_c_o,
  input  logic [199:0] sum_i,
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
  // Sum 0 is the end in memory, sum 1 the end in the scratchpad.
  assign mul_c_o = {160'd0, 40'(len), 40'(sp), 40'(len), mem};

  assign field_o = {9'd0, n1 == '0 || n2 == '0, len == '0, 5'd0};
  assign align_o = '0;
  assign range_o = {11'd0, sum_i[99:50] > 50'(SpBytes), 1'b0, sum_i[49:0] > MemLimit, 2'd0};

  assign unused = ^{cmd_i, sum_i};

  `STH_ASSERT_INIT(CapacityIsLegal, SpBytes <= 1 << 28)

endmodule

`default_nettype wire
