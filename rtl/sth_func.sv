// Purpose: a function of the table FUNC, y = func(v), for one lane: pipelined, one value a cycle,
// constant latency STH_LAT_FUNC.  It does not gate, reduce or convert.
//
// Every stage is one step of the definition in docs/numerics.md:
//   1 u = v * prescale                2 u to the row of the ROM, m in [1, 2), specials
//   3 c0..c2 of the row, d = m - centre of its segment
//   4 p = c2 * d    5 p = p + c1      6 p = p * d      7 p = p + c0
//   8 exponent, sign and specials     9 SIGMOID and GELU: t / 2 + 0.5
// A stage changes only when a value enters it, so that an idle lane costs a simulation nothing.
`default_nettype none

module sth_func (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        valid_i,  // func_i and v_i hold a value; y_o has it STH_LAT_FUNC later
  input  logic [3:0]  func_i,   // STH_FUNC_*; codes outside the table act as NONE
  input  logic [31:0] v_i,
  output logic [31:0] y_o
);
`include "sth_spec.svh"
`include "sth_fp32_add.svh"
`include "sth_fp32_mul.svh"
`include "sth_func_slice.svh"

  localparam int Latency = 9;
  localparam int SideWidth = 44;  // f_func_side above the sigmoid flag

  // <name>_<s>_q: a register behind stage s.
  logic [Latency-1:1] valid_q;
  logic [3:0] func_1_q;
  logic [31:0] u_1_q;
  logic [8:0] row_2_q;
  logic [22:0] m_2_q, centre_2_q;
  logic [31:0] d_3_q, d_4_q, d_5_q;
  logic [31:0] c0_3_q, c0_4_q, c0_5_q, c0_6_q, c1_3_q, c1_4_q, c2_3_q;
  logic [31:0] p_4_q, p_5_q, p_6_q, t_8_q;
  logic [30:0] p_7_q;  // positive
  logic [SideWidth-1:0] side_2_q, side_3_q, side_4_q, side_5_q, side_6_q, side_7_q;
  logic sigmoid_8_q;
  logic [31:0] y_9_q;

  logic [31:0] prescale, rom_c0, rom_c1, rom_c2;

  sth_func_rom u_rom (
    .func_i,
    .prescale_o(prescale),
    .row_i     (row_2_q),
    .c0_o      (rom_c0),
    .c1_o      (rom_c1),
    .c2_o      (rom_c2)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= '0;
    else valid_q <= {valid_q[Latency-2:1], valid_i};

    if (valid_i) begin
      func_1_q <= func_i;
      u_1_q <= f_fp32_mul(v_i, prescale);
    end
    if (valid_q[1]) begin
      {row_2_q, m_2_q, centre_2_q} <= f_func_segment(func_1_q, u_1_q);
      side_2_q <= {f_func_side(func_1_q, u_1_q), f_func_is_sigmoid(func_1_q)};
    end
    if (valid_q[2]) begin
      c0_3_q <= rom_c0;
      c1_3_q <= rom_c1;
      c2_3_q <= rom_c2;
      d_3_q <= f_fp32_add({9'h07f, m_2_q}, {9'h17f, centre_2_q});
      side_3_q <= side_2_q;
    end
    if (valid_q[3]) begin
      p_4_q <= f_fp32_mul(c2_3_q, d_3_q);
      c0_4_q <= c0_3_q;
      c1_4_q <= c1_3_q;
      d_4_q <= d_3_q;
      side_4_q <= side_3_q;
    end
    if (valid_q[4]) begin
      p_5_q <= f_fp32_add(p_4_q, c1_4_q);
      c0_5_q <= c0_4_q;
      d_5_q <= d_4_q;
      side_5_q <= side_4_q;
    end
    if (valid_q[5]) begin
      p_6_q <= f_fp32_mul(p_5_q, d_5_q);
      c0_6_q <= c0_5_q;
      side_6_q <= side_5_q;
    end
    if (valid_q[6]) begin
      p_7_q <= 31'(f_fp32_add(p_6_q, c0_6_q));
      side_7_q <= side_6_q;
    end
    if (valid_q[7]) begin
      t_8_q <= f_func_finish(side_7_q[SideWidth-1:1], p_7_q);
      sigmoid_8_q <= side_7_q[0];
    end
    if (valid_q[8]) y_9_q <= sigmoid_8_q ? f_fp32_add(f_func_half(t_8_q), 32'h3f000000) : t_8_q;
  end

  assign y_o = y_9_q;

  initial if (STH_LAT_FUNC != Latency) $error("STH_LAT_FUNC is not the depth of sth_func");
endmodule

`default_nettype wire
