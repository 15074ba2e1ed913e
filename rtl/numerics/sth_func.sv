// Purpose: a function of the table FUNC, y = func(v), for all lanes: pipelined, one value a lane
// and cycle, constant latency STH_LAT_FUNC.  It does not gate, reduce or convert.
//
// A line is a step of the definition in docs/numerics.md, behind the stages that it takes:
//    1-2  u = v * prescale
//    3    u as fixed point, EXP and PHI   4  row of the ROM, m in [1, 2), specials
//    5-7  d = m - centre of its segment
//    8-9  p = c2 * d                 10-12   p = p + c1
//   13-14 p = p * d                  15-17   p = p + c0
//   18    exponent, sign and specials         19-21  of some t / 2 + 0.5
// A coefficient is read in the stage before the one that uses it; d and what goes onto the exponent
// wait in queues.  A stage changes only when a value enters it, so that an idle lane costs a
// simulation nothing.
`include "sth_assert.svh"
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

  localparam int Latency = 21;
  localparam int Product = FpProductStride * Lanes;
  localparam int Aligned = FpAlignedStride * Lanes;
  localparam int Added = FpAddedStride * Lanes;
  localparam int Side = FuncSideStride * Lanes;

  // <name>_<s>_q: a register behind stage s; valid_q[s]: a value is there.
  logic [Latency-1:1] valid_q;
  logic [3:0] func_1_q, func_2_q, func_3_q;
  logic [18:4] halved_q;  // t / 2 + 0.5 follows
  logic [32*Lanes-1:0] u_2_q, u_3_q, fixed_3_q;
  logic [10*Lanes-1:0] row_4_q, row_5_q, row_6_q, row_7_q, row_8_q, row_9_q, row_10_q, row_11_q;
  logic [10*Lanes-1:0] row_12_q, row_13_q;
  logic [20*Lanes-1:0] m_4_q, centre_4_q;
  logic [21*Lanes-1:0] difference_5_q, magnitude_6_q;
  logic [Side-1:0] side_4_q, side_17_q;
  logic [32*Lanes-1:0] d_7_q, d_12_q, c2_7_q, c1_9_q, c0_14_q;
  logic [32*Lanes-1:0] p_9_q, p_12_q, p_14_q, p_17_q, t_18_q, y_21_q;
  logic [Product-1:0] product_1_q, product_8_q, product_13_q;
  logic [Aligned-1:0] aligned_10_q, aligned_15_q, aligned_19_q;
  logic [Added-1:0] added_11_q, added_16_q, added_20_q;

  wire [31:0] prescale;
  wire [32*Lanes-1:0] c0, c1, c2;
  sth_func_rom #(.Lanes(Lanes)) u_rom (
    .func_i,
    .prescale_o(prescale),
    .c0_row_i  (row_13_q),
    .c1_row_i  (row_8_q),
    .c2_row_i  (row_6_q),
    .c0_o      (c0),
    .c1_o      (c1),
    .c2_o      (c2)
  );

  wire side_room, side_there, d_room, d_there;
  wire [Side-1:0] side_16;
  sth_fifo #(.Width(Side), .Depth(13)) u_sides (
    .clk_i,
    .rst_ni,
    .push_valid_i(valid_q[4]),
    .push_ready_o(side_room),
    .push_data_i (side_4_q),
    .pop_valid_o (side_there),
    .pop_ready_i (valid_q[16]),
    .pop_data_o  (side_16)
  );

  wire [32*Lanes-1:0] d_11;
  sth_fifo #(.Width(32 * Lanes), .Depth(5)) u_distances (
    .clk_i,
    .rst_ni,
    .push_valid_i(valid_q[7]),
    .push_ready_o(d_room),
    .push_data_i (d_7_q),
    .pop_valid_o (d_there),
    .pop_ready_i (valid_q[11]),
    .pop_data_o  (d_11)
  );

  // The steps for all lanes.
  function automatic [Product-1:0] f_products(input [32*Lanes-1:0] a, input [32*Lanes-1:0] b);
    for (int i = 0; i < Lanes; i++)
      f_products[FpProductStride*i+:FpProductStride] =
          FpProductStride'(f_fp32_mul_product(a[32*i+:32], b[32*i+:32]));
  endfunction

  function automatic [32*Lanes-1:0] f_rounded(input [Product-1:0] product);
    for (int i = 0; i < Lanes; i++)
      f_rounded[32*i+:32] = f_fp32_mul_round(product[FpProductStride*i+:FpProductWidth]);
  endfunction

  function automatic [Aligned-1:0] f_aligned(input [32*Lanes-1:0] a, input [32*Lanes-1:0] b);
    for (int i = 0; i < Lanes; i++)
      f_aligned[FpAlignedStride*i+:FpAlignedStride] =
          FpAlignedStride'(f_fp32_add_align(a[32*i+:32], b[32*i+:32]));
  endfunction

  function automatic [Added-1:0] f_added(input [Aligned-1:0] aligned);
    for (int i = 0; i < Lanes; i++)
      f_added[FpAddedStride*i+:FpAddedStride] =
          FpAddedStride'(f_fp32_add_sum(aligned[FpAlignedStride*i+:FpAlignedWidth]));
  endfunction

  function automatic [32*Lanes-1:0] f_sums(input [Added-1:0] added);
    for (int i = 0; i < Lanes; i++)
      f_sums[32*i+:32] = f_fp32_add_round(added[FpAddedStride*i+:FpAddedWidth]);
  endfunction

  function automatic [32*Lanes-1:0] f_fixed(input [3:0] func, input [32*Lanes-1:0] u);
    for (int i = 0; i < Lanes; i++) f_fixed[32*i+:32] = f_func_fixed(func, u[32*i+:32]);
  endfunction

  // {rows, fractions, centres}
  function automatic [FuncSegmentWidth*Lanes-1:0] f_segments(input [3:0] func,
                                                             input [32*Lanes-1:0] u,
                                                             input [32*Lanes-1:0] fixed);
    for (int i = 0; i < Lanes; i++)
      {f_segments[40*Lanes+10*i+:10], f_segments[20*Lanes+20*i+:20], f_segments[20*i+:20]} =
          f_func_segment(func, u[32*i+:31], fixed[32*i+:26]);
  endfunction

  function automatic [Side-1:0] f_sides(input [3:0] func, input [32*Lanes-1:0] u,
                                        input [32*Lanes-1:0] fixed);
    for (int i = 0; i < Lanes; i++)
      f_sides[FuncSideStride*i+:FuncSideStride] =
          FuncSideStride'(f_func_side(func, u[32*i+:32], fixed[32*i+23+:9]));
  endfunction

  function automatic [21*Lanes-1:0] f_differences(input [20*Lanes-1:0] m,
                                                  input [20*Lanes-1:0] centre);
    for (int i = 0; i < Lanes; i++)
      f_differences[21*i+:21] = {1'b0, m[20*i+:20]} - {1'b0, centre[20*i+:20]};
  endfunction

  function automatic [21*Lanes-1:0] f_magnitudes(input [21*Lanes-1:0] difference);
    for (int i = 0; i < Lanes; i++)
      f_magnitudes[21*i+:21] = f_func_magnitude(difference[21*i+:21]);
  endfunction

  function automatic [32*Lanes-1:0] f_distances(input [21*Lanes-1:0] magnitude);
    for (int i = 0; i < Lanes; i++)
      f_distances[32*i+:32] = f_func_distance(magnitude[21*i+:21]);
  endfunction

  function automatic [32*Lanes-1:0] f_finished(input [Side-1:0] side, input [32*Lanes-1:0] p);
    for (int i = 0; i < Lanes; i++)
      f_finished[32*i+:32] = f_func_finish(side[FuncSideStride*i+:FuncSideWidth], p[32*i+:31]);
  endfunction

  // t / 2 and 0.5, or t and -0, which changes nothing.
  function automatic [Aligned-1:0] f_halves(input halved, input [32*Lanes-1:0] t);
    for (int i = 0; i < Lanes; i++)
      f_halves[FpAlignedStride*i+:FpAlignedStride] =
          FpAlignedStride'(f_fp32_add_align(f_func_half(halved, t[32*i+:32]),
                                            halved ? 32'h3f000000 : 32'h80000000));
  endfunction

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= '0;
    else valid_q <= {valid_q[Latency-2:1], valid_i};

    if (valid_i) begin
      func_1_q <= func_i;
      product_1_q <= f_products(v_i, {Lanes{prescale}});
    end
    if (valid_q[1]) begin
      func_2_q <= func_1_q;
      u_2_q <= f_rounded(product_1_q);
    end
    if (valid_q[2]) begin
      func_3_q <= func_2_q;
      u_3_q <= u_2_q;
      fixed_3_q <= f_fixed(func_2_q, u_2_q);
    end
    if (valid_q[3]) begin
      {row_4_q, m_4_q, centre_4_q} <= f_segments(func_3_q, u_3_q, fixed_3_q);
      side_4_q <= f_sides(func_3_q, u_3_q, fixed_3_q);
    end
    if (valid_q[4]) begin
      row_5_q <= row_4_q;
      difference_5_q <= f_differences(m_4_q, centre_4_q);
    end
    if (valid_q[5]) begin
      row_6_q <= row_5_q;
      magnitude_6_q <= f_magnitudes(difference_5_q);
    end
    if (valid_q[6]) begin
      row_7_q <= row_6_q;
      c2_7_q <= c2;
      d_7_q <= f_distances(magnitude_6_q);
    end
    if (valid_q[7]) begin
      row_8_q <= row_7_q;
      product_8_q <= f_products(c2_7_q, d_7_q);
    end
    if (valid_q[8]) begin
      row_9_q <= row_8_q;
      c1_9_q <= c1;
      p_9_q <= f_rounded(product_8_q);
    end
    if (valid_q[9]) begin
      row_10_q <= row_9_q;
      aligned_10_q <= f_aligned(p_9_q, c1_9_q);
    end
    if (valid_q[10]) begin
      row_11_q <= row_10_q;
      added_11_q <= f_added(aligned_10_q);
    end
    if (valid_q[11]) begin
      row_12_q <= row_11_q;
      d_12_q <= d_11 & {Lanes{32'hffffffe0}};  // which changes nothing: see f_func_distance
      p_12_q <= f_sums(added_11_q);
    end
    if (valid_q[12]) begin
      row_13_q <= row_12_q;
      product_13_q <= f_products(p_12_q, d_12_q);
    end
    if (valid_q[13]) begin
      c0_14_q <= c0;
      p_14_q <= f_rounded(product_13_q);
    end
    if (valid_q[14]) aligned_15_q <= f_aligned(p_14_q, c0_14_q);
    if (valid_q[15]) added_16_q <= f_added(aligned_15_q);
    if (valid_q[16]) begin
      side_17_q <= side_16;
      p_17_q <= f_sums(added_16_q);
    end
    if (valid_q[17]) t_18_q <= f_finished(side_17_q, p_17_q);
    if (valid_q[18]) aligned_19_q <= f_halves(halved_q[18], t_18_q);
    if (valid_q[19]) added_20_q <= f_added(aligned_19_q);
    if (valid_q[20]) y_21_q <= f_sums(added_20_q);
  end

  // Moves on by itself, for it is narrow.
  always_ff @(posedge clk_i) halved_q <= {halved_q[17:4], f_func_is_halved(func_3_q)};

  assign y_o = y_21_q;

  // What waits finds its place and its turn.
  `STH_ASSERT(QueuesFollow, !(valid_q[4] && !side_room) && !(valid_q[16] && !side_there) &&
                            !(valid_q[7] && !d_room) && !(valid_q[11] && !d_there))

  initial if (STH_LAT_FUNC != Latency) $error("STH_LAT_FUNC is not the depth of sth_func");
endmodule

`default_nettype wire
