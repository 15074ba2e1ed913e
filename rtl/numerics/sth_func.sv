// Purpose: a function of the table FUNC, y = func(v), for all lanes: pipelined, one value a lane
// and cycle, constant latency STH_LAT_FUNC.  It does not gate, reduce or convert.
//
// Every stage is one step of the definition in docs/numerics.md:
//   1 u = v * prescale                2 u to the row of the ROM, m in [1, 2), specials
//   3 c0..c2 of the row, d = m - centre of its segment
//   4 p = c2 * d    5 p = p + c1      6 p = p * d      7 p = p + c0
//   8 exponent, sign and specials     9 SIGMOID and GELU: t / 2 + 0.5
// A stage changes only when a value enters it, so that an idle lane costs a simulation nothing.
`default_nettype none

module sth_func #(
  // Lanes, at least 1.
  parameter int Lanes = 1
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                valid_i,  // func_i, v_i hold values; y_o has them STH_LAT_FUNC later
  input  logic [         3:0] func_i,   // STH_FUNC_*; codes outside the table act as NONE
  input  logic [32*Lanes-1:0] v_i,
  output logic [32*Lanes-1:0] y_o
);
`include "sth_spec.svh"
`include "sth_fp32_add.svh"
`include "sth_fp32_mul.svh"
`include "sth_func_slice.svh"

  localparam int Latency = 9;
  localparam int SideWidth = 43;  // f_func_side

  // <name>_<s>_q: a register behind stage s.
  logic [Latency-1:1] valid_q;
  logic [3:0] func_1_q;
  logic [32*Lanes-1:0] u_1_q;
  logic [9*Lanes-1:0] row_2_q;
  logic [23*Lanes-1:0] m_2_q, centre_2_q;
  logic [32*Lanes-1:0] d_3_q, d_4_q, d_5_q;
  logic [32*Lanes-1:0] c0_3_q, c0_4_q, c0_5_q, c0_6_q, c1_3_q, c1_4_q, c2_3_q;
  logic [32*Lanes-1:0] p_4_q, p_5_q, p_6_q, p_7_q, t_8_q;
  logic [SideWidth*Lanes-1:0] side_2_q, side_3_q, side_4_q, side_5_q, side_6_q, side_7_q;
  // The function of the values behind stage 2 to 8 is followed by t / 2 + 0.5.
  logic sigmoid_2_q, sigmoid_3_q, sigmoid_4_q, sigmoid_5_q, sigmoid_6_q, sigmoid_7_q, sigmoid_8_q;
  logic [32*Lanes-1:0] y_9_q;

  logic [31:0] prescale;
  logic [32*Lanes-1:0] rom_c0, rom_c1, rom_c2;

  sth_func_rom #(.Lanes(Lanes)) u_rom (
    .func_i,
    .prescale_o(prescale),
    .row_i     (row_2_q),
    .c0_o      (rom_c0),
    .c1_o      (rom_c1),
    .c2_o      (rom_c2)
  );

  // The steps for all lanes.
  function automatic [32*Lanes-1:0] f_sums(input [32*Lanes-1:0] a, input [32*Lanes-1:0] b);
    for (int i = 0; i < Lanes; i++) f_sums[32*i+:32] = f_fp32_add(a[32*i+:32], b[32*i+:32]);
  endfunction

  function automatic [32*Lanes-1:0] f_products(input [32*Lanes-1:0] a, input [32*Lanes-1:0] b);
    for (int i = 0; i < Lanes; i++) f_products[32*i+:32] = f_fp32_mul(a[32*i+:32], b[32*i+:32]);
  endfunction

  // {rows, fractions, centres}
  function automatic [55*Lanes-1:0] f_segments(input [3:0] func, input [32*Lanes-1:0] u);
    for (int i = 0; i < Lanes; i++)
      {f_segments[46*Lanes+9*i+:9], f_segments[23*Lanes+23*i+:23], f_segments[23*i+:23]} =
          f_func_segment(func, u[32*i+:32]);
  endfunction

  function automatic [SideWidth*Lanes-1:0] f_sides(input [3:0] func, input [32*Lanes-1:0] u);
    for (int i = 0; i < Lanes; i++)
      f_sides[SideWidth*i+:SideWidth] = f_func_side(func, u[32*i+:32]);
  endfunction

  function automatic [32*Lanes-1:0] f_distances(input [23*Lanes-1:0] m,
                                                input [23*Lanes-1:0] centre);
    for (int i = 0; i < Lanes; i++)
      f_distances[32*i+:32] = f_fp32_add({9'h07f, m[23*i+:23]}, {9'h17f, centre[23*i+:23]});
  endfunction

  function automatic [32*Lanes-1:0] f_finished(input [SideWidth*Lanes-1:0] side,
                                               input [32*Lanes-1:0] p);
    for (int i = 0; i < Lanes; i++)
      f_finished[32*i+:32] = f_func_finish(side[SideWidth*i+:SideWidth], p[32*i+:31]);
  endfunction

  function automatic [32*Lanes-1:0] f_sigmoids(input [32*Lanes-1:0] t);
    for (int i = 0; i < Lanes; i++)
      f_sigmoids[32*i+:32] = f_fp32_add(f_func_half(t[32*i+:32]), 32'h3f000000);
  endfunction

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= '0;
    else valid_q <= {valid_q[Latency-2:1], valid_i};

    if (valid_i) begin
      func_1_q <= func_i;
      u_1_q <= f_products(v_i, {Lanes{prescale}});
    end
    if (valid_q[1]) begin
      {row_2_q, m_2_q, centre_2_q} <= f_segments(func_1_q, u_1_q);
      side_2_q <= f_sides(func_1_q, u_1_q);
      sigmoid_2_q <= f_func_is_sigmoid(func_1_q);
    end
    if (valid_q[2]) begin
      c0_3_q <= rom_c0;
      c1_3_q <= rom_c1;
      c2_3_q <= rom_c2;
      d_3_q <= f_distances(m_2_q, centre_2_q);
      side_3_q <= side_2_q;
      sigmoid_3_q <= sigmoid_2_q;
    end
    if (valid_q[3]) begin
      p_4_q <= f_products(c2_3_q, d_3_q);
      c0_4_q <= c0_3_q;
      c1_4_q <= c1_3_q;
      d_4_q <= d_3_q;
      side_4_q <= side_3_q;
      sigmoid_4_q <= sigmoid_3_q;
    end
    if (valid_q[4]) begin
      p_5_q <= f_sums(p_4_q, c1_4_q);
      c0_5_q <= c0_4_q;
      d_5_q <= d_4_q;
      side_5_q <= side_4_q;
      sigmoid_5_q <= sigmoid_4_q;
    end
    if (valid_q[5]) begin
      p_6_q <= f_products(p_5_q, d_5_q);
      c0_6_q <= c0_5_q;
      side_6_q <= side_5_q;
      sigmoid_6_q <= sigmoid_5_q;
    end
    if (valid_q[6]) begin
      p_7_q <= f_sums(p_6_q, c0_6_q);
      side_7_q <= side_6_q;
      sigmoid_7_q <= sigmoid_6_q;
    end
    if (valid_q[7]) begin
      t_8_q <= f_finished(side_7_q, p_7_q);
      sigmoid_8_q <= sigmoid_7_q;
    end
    if (valid_q[8]) begin
      if (sigmoid_8_q) y_9_q <= f_sigmoids(t_8_q);
      else y_9_q <= t_8_q;
    end
  end

  assign y_o = y_9_q;

  initial if (STH_LAT_FUNC != Latency) $error("STH_LAT_FUNC is not the depth of sth_func");
endmodule

`default_nettype wire
