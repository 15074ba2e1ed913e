// Purpose: the product of two array operands as functions, included inside the body of a module:
// bf16 x bf16, or two int8 x int8 and their sum, in two stages, between which a register may stand.
//
// Multipliers: the low one is 9 x 9 bits signed, an int8 or the eight significand bits of a bf16
// below a zero sign (bits 15 to 8 of its operands are copies of the sign, which synthesis removes);
// the high one is 8 x 8 bits signed.  A bf16 product has 16 bits with its leading one in bit 15 or
// 14.  It needs no rounding; below 2^-126 it becomes zero, above the range infinite.  The sum of
// two int8 products is at most 2^15 and has 17 bits.
//
// Between the stages stands the low product [15:0] and, int8: the high product [31:16].  bf16: the
// exponent if bit 15 of the product is zero [25:16] from -127 to 383, the sign [26], zero [27],
// infinity [28], NaN [29].
function automatic [31:0] f_pe_mul_product(input bf16, input [15:0] a, input [15:0] w);
  logic signed [15:0] x, y, low, high;
  logic [9:0] exponent;
  logic zero, a_max, w_max, nan;
  begin
    x = {{8{a[7] && !bf16}}, a[7] || bf16, a[6:0]};
    y = {{8{w[7] && !bf16}}, w[7] || bf16, w[6:0]};
    low = x * y;
    x = {{8{a[15]}}, a[15:8]};
    y = {{8{w[15]}}, w[15:8]};
    high = x * y;
    exponent = {2'd0, a[14:7]} + {2'd0, w[14:7]} - 10'd127;
    zero = a[14:7] == 8'd0 || w[14:7] == 8'd0;
    a_max = a[14:7] == 8'd255;
    w_max = w[14:7] == 8'd255;
    nan = (a_max && a[6:0] != 7'd0) || (w_max && w[6:0] != 7'd0) || ((a_max || w_max) && zero);
    if (bf16) high = {2'd0, nan, a_max || w_max, zero, a[15] ^ w[15], exponent};
    f_pe_mul_product = {high, low};
  end
endfunction

function automatic [31:0] f_pe_mul_pack(input bf16, input [31:0] between);
  logic [15:0] product;
  logic [16:0] sum;
  logic [9:0] exponent;
  logic sign, zero, inf, nan;
  begin
    product = between[15:0];
    sum = {between[31], between[31:16]} + {product[15], product};
    {nan, inf, zero, sign, exponent} = between[29:16];
    if (bf16) begin
      if (product[15]) begin
        exponent = exponent + 10'd1;
        f_pe_mul_pack = {sign, exponent[7:0], product[14:0], 8'd0};
      end else begin
        f_pe_mul_pack = {sign, exponent[7:0], product[13:0], 9'd0};
      end
      if (exponent[9] || exponent == 10'd0 || zero) f_pe_mul_pack = {sign, 31'd0};
      else if (exponent[8] || exponent[7:0] == 8'd255) f_pe_mul_pack = {sign, 31'h7f800000};
      if (inf) f_pe_mul_pack = {sign, 31'h7f800000};
      if (nan) f_pe_mul_pack = 32'h7fc00000;
    end else begin
      f_pe_mul_pack = {{15{sum[16]}}, sum};
    end
  end
endfunction
