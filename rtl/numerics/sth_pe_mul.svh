// Purpose: the product of two array operands as functions, included inside the body of a module:
// bf16 x bf16, or two int8 x int8 and their sum, in two stages, between which a register may stand.
//
// Multipliers: two of 8 x 8 bits.  The low one takes an int8 or, unsigned, the eight significand
// bits of a bf16.  A bf16 product has 16 bits with its leading one in bit 15 or 14.  It needs no
// rounding; below 2^-126 it becomes zero, above the range infinite.  The sum of two int8 products
// is at most 2^15 and has 17 bits.
//
// Between the stages stands the low product [15:0] and, int8: the high product [31:16].  bf16: the
// exponent if bit 15 of the product is zero [25:16] from -127 to 383, the sign [26], zero [27],
// infinity [28], NaN [29].
//
// After them stands, packed, the sum of an int8 product [16:0] or what is not always zero of the
// fp32 of a bf16 product, its upper 24 bits.

// x * y modulo 2^16, of signed or unsigned numbers.  Where bit 7 is a sign, its products with the
// other's lower bits count negative: complements and two constants (Baugh and Wooley).
// The product of the lower bits has its full width and no more: one tree then adds everything.
function automatic [15:0] f_pe_mul_8x8(input is_signed, input [7:0] x, input [7:0] y);
  logic [6:0] x_high, y_high;
  logic [13:0] low;
  begin
    x_high = (x[6:0] & {7{y[7]}}) ^ {7{is_signed}};
    y_high = (y[6:0] & {7{x[7]}}) ^ {7{is_signed}};
    low = {7'd0, x[6:0]} * {7'd0, y[6:0]};
    f_pe_mul_8x8 = {2'd0, low} + {2'd0, x_high, 7'd0} + {2'd0, y_high, 7'd0}
        + {is_signed, x[7] && y[7], 5'd0, is_signed, 8'd0};
  end
endfunction

function automatic [31:0] f_pe_mul_product(input bf16, input [15:0] a, input [15:0] w);
  logic [15:0] low, high;
  logic [9:0] exponent;
  logic zero, a_max, w_max, nan;
  begin
    low = f_pe_mul_8x8(!bf16, {a[7] || bf16, a[6:0]}, {w[7] || bf16, w[6:0]});
    high = f_pe_mul_8x8(1'b1, a[15:8], w[15:8]);
    exponent = {2'd0, a[14:7]} + {2'd0, w[14:7]} - 10'd127;
    zero = a[14:7] == 8'd0 || w[14:7] == 8'd0;
    a_max = a[14:7] == 8'd255;
    w_max = w[14:7] == 8'd255;
    nan = (a_max && a[6:0] != 7'd0) || (w_max && w[6:0] != 7'd0) || ((a_max || w_max) && zero);
    if (bf16) high = {2'd0, nan, a_max || w_max, zero, a[15] ^ w[15], exponent};
    f_pe_mul_product = {high, low};
  end
endfunction

function automatic [23:0] f_pe_mul_pack(input bf16, input [31:0] between);
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
        f_pe_mul_pack = {sign, exponent[7:0], product[14:0]};
      end else begin
        f_pe_mul_pack = {sign, exponent[7:0], product[13:0], 1'd0};
      end
      if (exponent[9] || exponent == 10'd0 || zero) f_pe_mul_pack = {sign, 23'd0};
      else if (exponent[8] || exponent[7:0] == 8'd255) f_pe_mul_pack = {sign, 23'h7f8000};
      if (inf) f_pe_mul_pack = {sign, 23'h7f8000};
      if (nan) f_pe_mul_pack = 24'h7fc000;
    end else begin
      f_pe_mul_pack = {7'd0, sum};
    end
  end
endfunction

function automatic [31:0] f_pe_mul_fp32(input [23:0] packed_product);
  f_pe_mul_fp32 = {packed_product, 8'd0};
endfunction

/* verilator lint_off UNUSEDSIGNAL */ // the upper seven bits are for bf16
function automatic [31:0] f_pe_mul_int32(input [23:0] packed_product);
  /* verilator lint_on UNUSEDSIGNAL */
  f_pe_mul_int32 = {{15{packed_product[16]}}, packed_product[16:0]};
endfunction
