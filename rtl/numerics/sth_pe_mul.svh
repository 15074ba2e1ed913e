// Purpose: the product of two array operands as functions, included inside the body of a module:
// int8 x int8 or bf16 x bf16 on one multiplier, in two stages, between which a register may stand.
//
// Multiplier: 9 x 9 bits signed, an int8 or the eight significand bits of a bf16 below a zero sign
// (bits 15 to 8 of the operands are copies of the sign, which synthesis removes).  A bf16 product
// has 16 bits with its leading one in bit 15 or 14.  It needs no rounding; below 2^-126 it becomes
// zero, above the range infinite.
//
// Between the stages, int8: the product, 16 bits.  bf16: the product of the significands [15:0],
// the exponent if its bit 15 is zero [25:16] from -127 to 383, the sign [26], zero [27], infinity
// [28], NaN [29].
function automatic [29:0] f_pe_mul_product(input bf16, input [15:0] a, input [15:0] w);
  logic signed [15:0] x, y, product;
  logic [9:0] exponent;
  logic zero, a_max, w_max, nan;
  begin
    x = {{8{a[7] && !bf16}}, a[7] || bf16, a[6:0]};
    y = {{8{w[7] && !bf16}}, w[7] || bf16, w[6:0]};
    product = x * y;
    exponent = {2'd0, a[14:7]} + {2'd0, w[14:7]} - 10'd127;
    zero = a[14:7] == 8'd0 || w[14:7] == 8'd0;
    a_max = a[14:7] == 8'd255;
    w_max = w[14:7] == 8'd255;
    nan = (a_max && a[6:0] != 7'd0) || (w_max && w[6:0] != 7'd0) || ((a_max || w_max) && zero);
    f_pe_mul_product = {nan, a_max || w_max, zero, a[15] ^ w[15], exponent, product};
  end
endfunction

function automatic [31:0] f_pe_mul_pack(input bf16, input [29:0] between);
  logic [15:0] product;
  logic [9:0] exponent;
  logic sign, zero, inf, nan;
  begin
    {nan, inf, zero, sign, exponent, product} = between;
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
      f_pe_mul_pack = {{16{product[15]}}, product};
    end
  end
endfunction
