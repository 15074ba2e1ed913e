// Purpose: fp32 to an element of any type as a function, included inside the body of a module after
// sth_spec.svh.  Rounds to nearest even; integers saturate and take 0 for NaN.  The element is in
// the low bits, with copies of the sign above an int8 and zeros above a bf16.
function automatic [31:0] f_from_fp32(input [1:0] dtype, input [31:0] v);
  logic is_nan, round_up;
  logic [31:0] canonical, m, shifted, magnitude, limit;
  logic [4:0] shift;
  begin
    is_nan = v[30:0] > 31'h7f800000;
    canonical = is_nan ? 32'h7fc00000 : (v[30:23] == 8'd0) ? {v[31], 31'd0} : v;
    if (dtype == 2'(STH_DTYPE_FP32)) begin
      f_from_fp32 = canonical;
    end else if (dtype == 2'(STH_DTYPE_BF16)) begin
      // The lower half of the NaN is zero, so rounding does not change it.
      f_from_fp32 = (canonical + 32'h00007fff + {31'd0, canonical[16]}) >> 16;
    end else begin
      // |v| = m * 2^(exponent - 158): shifted is the integer and one guard bit.  The shift, 157
      // less the exponent, is 0 to 31 wherever its result is used.
      m = {1'b1, v[22:0], 8'd0};
      shift = 5'd29 - v[27:23];
      shifted = m >> shift;
      round_up = shifted[0] && (shifted[1] || ((shifted << shift) != m));
      magnitude = {1'b0, shifted[31:1]} + {31'd0, round_up};
      if (v[30:23] > 8'd157) magnitude = 32'hffffffff;
      if (v[30:23] < 8'd126 || is_nan) magnitude = 32'd0;
      // The most negative value is one further from zero than the most positive.
      limit = (dtype == 2'(STH_DTYPE_I8)) ? 32'd127 : 32'h7fffffff;
      limit = limit + {31'd0, v[31]};
      if (magnitude > limit) magnitude = limit;
      f_from_fp32 = v[31] ? 32'd0 - magnitude : magnitude;
    end
  end
endfunction
