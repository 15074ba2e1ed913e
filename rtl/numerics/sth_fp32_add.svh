// Purpose: fp32 addition as functions, included inside the body of a module: three stages, each of
// which may end in a register, and all of them at once.  Functions, so that a clocked block can
// call them under its enable and idle units cost a simulation nothing.
//
// Round to nearest even; subnormals count as zero on input and output; one NaN (docs/numerics.md).
// Sums of normal numbers that fall below 2^-126 are exact, so flushing needs no look at rounding.
//
// Significands have 28 bits: carry, 24 with the leading one, guard, round, sticky.  From stage to
// stage pass, the first in the lowest bits:
//   aligned   32 bits: the significand of the operand of greater magnitude, its complement for a
//             subtraction; 32: the other one's, shifted to its place; 12: about
//   added     32 bits: |sum|; 12: about
// The upper four of each 32 bits count for int32 alone, which the adder serves as well.  `about` is
// the exponent [7:0] and the sign [8] of the operand of greater magnitude, then subtraction [9],
// infinity [10], NaN [11].
localparam int FpAlignedWidth = 76;
localparam int FpAddedWidth = 44;
// From lane to lane, where lanes lie side by side: whole words of 32.
/* verilator lint_off UNUSEDPARAM */ // modules of one lane have no use for them
localparam int FpAlignedStride = 96;
localparam int FpAddedStride = 64;
/* verilator lint_on UNUSEDPARAM */

// a and b have no fraction where their exponent is zero.
function automatic [FpAlignedWidth-1:0] f_fp32_add_align_flushed(
    input [31:0] a, input [31:0] b);
  logic [8:0] over;  // exponent of a less that of b; bit 8 is its sign
  logic [7:0] under, distance;
  logic [31:0] x, y, m, n;
  logic [11:0] about;
  logic a_less, sub, sticky, inf_a, inf_b;
  begin
    sub = a[31] ^ b[31];
    over = {1'b0, a[30:23]} - {1'b0, b[30:23]};
    under = b[30:23] - a[30:23];
    a_less = a[30:0] < b[30:0];
    inf_a = a[30:23] == 8'd255;
    inf_b = b[30:23] == 8'd255;

    x = {5'd0, a[30:23] != 8'd0, a[22:0], 3'd0};
    y = {5'd0, b[30:23] != 8'd0, b[22:0], 3'd0};
    m = a_less ? y : x;
    n = a_less ? x : y;
    distance = over[8] ? under : over[7:0];

    // Move n to the right; what falls off makes the lowest bit one.
    sticky = distance[0] && n[0];
    if (distance[0]) n = n >> 1;
    sticky = sticky || (distance[1] && (|n[1:0]));
    if (distance[1]) n = n >> 2;
    sticky = sticky || (distance[2] && (|n[3:0]));
    if (distance[2]) n = n >> 4;
    sticky = sticky || (distance[3] && (|n[7:0]));
    if (distance[3]) n = n >> 8;
    sticky = sticky || (distance[4] && (|n[15:0]));
    if (distance[4]) n = n >> 16;
    if (|distance[7:5]) begin
      sticky = sticky || (|n[26:0]);
      n = 32'd0;
    end
    n[0] = n[0] || sticky;

    about[7:0] = a_less ? b[30:23] : a[30:23];
    about[8] = a_less ? b[31] : a[31];
    about[9] = sub;
    about[10] = inf_a || inf_b;
    about[11] = (inf_a && a[22:0] != 23'd0) || (inf_b && b[22:0] != 23'd0)
        || (inf_a && inf_b && sub);
    f_fp32_add_align_flushed = {about, n, m ^ {4'd0, {28{sub}}}};
  end
endfunction

function automatic [FpAlignedWidth-1:0] f_fp32_add_align(input [31:0] a, input [31:0] b);
  f_fp32_add_align = f_fp32_add_align_flushed(
      {a[31:23], a[22:0] & {23{a[30:23] != 8'd0}}}, {b[31:23], b[22:0] & {23{b[30:23] != 8'd0}}});
endfunction

// The greater minus the lesser is the complement of the greater's complement plus the lesser.
function automatic [FpAddedWidth-1:0] f_fp32_add_sum(input [FpAlignedWidth-1:0] aligned);
  logic [31:0] sum;
  begin
    sum = aligned[31:0] + aligned[63:32];
    f_fp32_add_sum = {aligned[64+:12], sum ^ {4'd0, {28{aligned[64+9]}}}};
  end
endfunction

// A sum whose leading one is more than two places below the carry is exact: only the others round.
/* verilator lint_off UNUSEDSIGNAL */ // the upper four bits are for sums of int32
function automatic [31:0] f_fp32_add_round(input [FpAddedWidth-1:0] added);
  /* verilator lint_on UNUSEDSIGNAL */
  logic [27:0] sum;
  logic [11:0] about;
  logic [8:0] exponent;  // at most 255, at least -25; bit 8 is its sign
  logic [8:0] lead;      // places that the leading one is below bit 24 of the sum
  logic [23:0] kept;     // fraction and guard bit
  logic [31:0] rounded, exact;
  logic sticky, sign, none;
  begin
    sum = added[27:0];
    about = added[43:32];

    if (sum[27]) begin
      exponent = {1'b0, about[7:0]} + 9'd1;
      kept = sum[26:3];
      sticky = |sum[2:0];
    end else if (sum[26]) begin
      exponent = {1'b0, about[7:0]};
      kept = sum[25:2];
      sticky = |sum[1:0];
    end else begin
      exponent = {1'b0, about[7:0]} - 9'd1;
      kept = sum[24:1];
      sticky = sum[0];
    end
    rounded = {exponent, kept[23:1]} + {31'd0, kept[0] && (kept[1] || sticky)};
    // Largest exponent before rounding: the fraction must not make a NaN.
    if (exponent == 9'd255) rounded = {rounded[31], 31'h7f800000};
    if (exponent[8] || exponent == 9'd0) rounded = 32'd0;

    exact = {9'd0, sum[24:2]};
    none = exact == 32'd0;
    lead = 9'd0;
    if (exact[22:7] == 16'd0) begin
      exact = exact << 16;
      lead = 9'd16;
    end
    if (exact[22:15] == 8'd0) begin
      exact = exact << 8;
      lead = lead + 9'd8;
    end
    if (exact[22:19] == 4'd0) begin
      exact = exact << 4;
      lead = lead + 9'd4;
    end
    if (exact[22:21] == 2'd0) begin
      exact = exact << 2;
      lead = lead + 9'd2;
    end
    if (!exact[22]) begin
      exact = exact << 1;
      lead = lead + 9'd1;
    end
    exponent = {1'b0, about[7:0]} - 9'd2 - lead;
    exact = {1'b0, exponent[7:0], exact[21:0], 1'b0};
    if (exponent[8] || exponent == 9'd0 || none) exact = 32'd0;

    sign = about[8];
    if (sum[27:25] != 3'd0) f_fp32_add_round = {sign, rounded[30:0]};
    else f_fp32_add_round = {sign && !(none && about[9]), exact[30:0]};
    if (about[10]) f_fp32_add_round = {sign, 31'h7f800000};
    if (about[11]) f_fp32_add_round = 32'h7fc00000;
  end
endfunction

function automatic [31:0] f_fp32_add(input [31:0] a, input [31:0] b);
  f_fp32_add = f_fp32_add_round(f_fp32_add_sum(f_fp32_add_align(a, b)));
endfunction
