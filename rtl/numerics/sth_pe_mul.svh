// Purpose: the product of two array operands as a function, included inside the body of a module:
// int8 x int8 as int32, or bf16 x bf16 as fp32, on one multiplier.
//
// Multiplier: 9 x 9 bits signed, an int8 or the eight significand bits of a bf16 below a zero sign
// (bits 31 to 8 of the operands are copies of the sign, which synthesis removes).  A bf16 product
// has 16 bits with its leading one in bit 15 or 14.  It needs no rounding; below 2^-126 it becomes
// zero, above the range infinite.
function automatic [31:0] f_pe_mul(input bf16, input [15:0] a, input [15:0] w);
  logic signed [31:0] x, y, product;
  logic sign, zero, x_max, y_max;
  logic [31:0] exponent;  // -126 to 384; bit 31 is the sign
  begin
    x = {{24{a[7] && !bf16}}, a[7] || bf16, a[6:0]};
    y = {{24{w[7] && !bf16}}, w[7] || bf16, w[6:0]};
    product = x * y;
    if (bf16) begin
      sign = a[15] ^ w[15];
      zero = a[14:7] == 8'd0 || w[14:7] == 8'd0;
      x_max = a[14:7] == 8'd255;
      y_max = w[14:7] == 8'd255;
      exponent = {24'd0, a[14:7]} + {24'd0, w[14:7]} - 32'd127 + {31'd0, product[15]};
      f_pe_mul = {sign, exponent[7:0], product[15] ? product[14:0] : {product[13:0], 1'b0}, 8'd0};
      if (exponent[31] || exponent == 32'd0 || zero) f_pe_mul = {sign, 31'd0};
      else if (exponent > 32'd254) f_pe_mul = {sign, 31'h7f800000};
      if (x_max || y_max) begin
        f_pe_mul = {sign, 31'h7f800000};
        if (zero || (x_max && a[6:0] != 7'd0) || (y_max && w[6:0] != 7'd0))
          f_pe_mul = 32'h7fc00000;
      end
    end else begin
      f_pe_mul = product;
    end
  end
endfunction
