// Purpose: fp32 to an element of any type as functions, included inside the body of a module after
// sth_spec.svh: two stages, with a register between them or not, and both at once.  Rounds to
// nearest even; integers saturate and take 0 for NaN.  The element is in the low bits, with copies
// of the sign above an int8 and zeros above a bf16.
//
// From stage to stage pass, from the highest bit: outside int32; sign; 1 to be added; what it is
// added to.  -(m + 1) is ~m and -m is ~m + 1, so one addition rounds and negates.
localparam int FromFp32Width = 35;
/* verilator lint_off UNUSEDPARAM */ // not every user has lanes side by side
localparam int FromFp32Stride = 64;  // from lane to lane: whole words of 32
/* verilator lint_on UNUSEDPARAM */

function automatic [FromFp32Width-1:0] f_from_fp32_shift(input [1:0] dtype, input [31:0] v);
  logic is_nan, sign, round_up, sticky;
  logic [31:0] canonical, m;
  logic [4:0] shift;
  begin
    sign = v[31];
    is_nan = v[30:0] > 31'h7f800000;
    canonical = is_nan ? 32'h7fc00000 : (v[30:23] == 8'd0) ? {sign, 31'd0} : v;
    if (dtype == 2'(STH_DTYPE_FP32)) begin
      f_from_fp32_shift = {3'd0, canonical};
    end else if (dtype == 2'(STH_DTYPE_BF16)) begin
      round_up = canonical[15] && (canonical[16] || (|canonical[14:0]));
      f_from_fp32_shift = {2'd0, round_up, 16'd0, canonical[31:16]};
    end else if (is_nan || v[30:23] < 8'd126) begin
      f_from_fp32_shift = 35'd0;
    end else begin
      // |v| = m * 2^(exponent - 158).  Moved to the right by 157 less the exponent, m is the integer
      // and one guard bit; a larger exponent is outside.
      m = {1'b1, v[22:0], 8'd0};
      shift = 5'd29 - v[27:23];
      sticky = shift[0] && m[0];
      if (shift[0]) m = m >> 1;
      sticky = sticky || (shift[1] && (|m[1:0]));
      if (shift[1]) m = m >> 2;
      sticky = sticky || (shift[2] && (|m[3:0]));
      if (shift[2]) m = m >> 4;
      sticky = sticky || (shift[3] && (|m[7:0]));
      if (shift[3]) m = m >> 8;
      sticky = sticky || (shift[4] && (|m[15:0]));
      if (shift[4]) m = m >> 16;
      round_up = m[0] && (m[1] || sticky);
      f_from_fp32_shift = {v[30:23] > 8'd157, sign, round_up != sign, {1'b0, m[31:1]} ^ {32{sign}}};
    end
  end
endfunction

function automatic [31:0] f_from_fp32_round(input [1:0] dtype, input [FromFp32Width-1:0] shifted);
  logic over, sign, increment;
  logic [31:0] v;
  begin
    {over, sign, increment, v} = shifted;
    v = v + {31'd0, increment};
    f_from_fp32_round = v;
    if (dtype == 2'(STH_DTYPE_I8)) begin
      if (over || (v[31:7] != 25'd0 && v[31:7] != {25{1'b1}}))
        f_from_fp32_round = {{25{sign}}, {7{!sign}}};
    end else if (over) begin
      f_from_fp32_round = {sign, {31{!sign}}};
    end
  end
endfunction

function automatic [31:0] f_from_fp32(input [1:0] dtype, input [31:0] v);
  f_from_fp32 = f_from_fp32_round(dtype, f_from_fp32_shift(dtype, v));
endfunction
