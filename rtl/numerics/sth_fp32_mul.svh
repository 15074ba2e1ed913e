// Purpose: fp32 multiplication as a function, included inside the body of a module.
//
// Round to nearest even; subnormals count as zero on input; a result below 2^-126 after rounding
// with unbounded exponent is zero; one NaN (docs/numerics.md).
//
// 24 x 24 bits give 48; the leading one is bit 47 or 46.
function automatic [31:0] f_fp32_mul(input [31:0] a, input [31:0] b);
  logic sign, zero, round_up;
  logic [47:0] product;
  logic [23:0] kept;     // fraction and guard bit
  logic [23:0] rounded;  // carry and fraction
  logic sticky;
  logic [31:0] exponent;
  begin
    sign = a[31] ^ b[31];
    zero = a[30:23] == 8'd0 || b[30:23] == 8'd0;
    product = {24'd0, 1'b1, a[22:0]} * {24'd0, 1'b1, b[22:0]};
    kept = product[47] ? product[46:23] : product[45:22];
    sticky = (|product[21:0]) || (product[47] && product[22]);
    round_up = kept[0] && (kept[1] || sticky);
    rounded = {1'b0, kept[23:1]} + {23'd0, round_up};
    // -126 to 385; bit 31 is the sign.
    exponent = {24'd0, a[30:23]} + {24'd0, b[30:23]} - 32'd127 + {31'd0, product[47]}
        + {31'd0, rounded[23]};

    f_fp32_mul = {sign, exponent[7:0], rounded[22:0]};
    if (exponent[31] || exponent == 32'd0 || zero) f_fp32_mul = {sign, 31'd0};
    else if (exponent > 32'd254) f_fp32_mul = {sign, 31'h7f800000};
    if (a[30:23] == 8'd255 || b[30:23] == 8'd255) begin
      f_fp32_mul = {sign, 31'h7f800000};
      if (zero || a[30:0] > 31'h7f800000 || b[30:0] > 31'h7f800000) f_fp32_mul = 32'h7fc00000;
    end
  end
endfunction
