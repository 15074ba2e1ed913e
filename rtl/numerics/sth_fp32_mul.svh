// Purpose: fp32 multiplication as functions, included inside the body of a module: two stages, with
// a register between them or not, and both at once.
//
// Round to nearest even; subnormals count as zero on input; a result below 2^-126 after rounding
// with unbounded exponent is zero; one NaN (docs/numerics.md).
//
// 24 x 24 bits give 48, whose leading one is bit 47 or 46.  The first stage leaves the products of
// a with the two halves of b, 36 bits each; above them, from the highest bit: NaN, infinity, zero,
// sign and the exponent of a product below two.
localparam int FpProductWidth = 86;
/* verilator lint_off UNUSEDPARAM */ // not every user has lanes side by side
localparam int FpProductStride = 96;  // from lane to lane: whole words of 32
/* verilator lint_on UNUSEDPARAM */

function automatic [FpProductWidth-1:0] f_fp32_mul_product(input [31:0] a, input [31:0] b);
  logic zero, infinite, is_nan;
  logic [35:0] low, high;
  logic [9:0] exponent;  // -127 to 383, signed
  begin
    zero = a[30:23] == 8'd0 || b[30:23] == 8'd0;
    infinite = a[30:23] == 8'd255 || b[30:23] == 8'd255;
    is_nan = (infinite && zero) || a[30:0] > 31'h7f800000 || b[30:0] > 31'h7f800000;
    exponent = {2'd0, a[30:23]} + {2'd0, b[30:23]} - 10'd127;
    low = {12'd0, 1'b1, a[22:0]} * {24'd0, b[11:0]};
    high = {12'd0, 1'b1, a[22:0]} * {24'd0, 1'b1, b[22:12]};
    f_fp32_mul_product = {is_nan, infinite, zero, a[31] ^ b[31], exponent, high, low};
  end
endfunction

// The product, or what rounds to +0.
function automatic [FpProductWidth-1:0] f_fp32_mul_kept(input keep,
                                                        input [FpProductWidth-1:0] product);
  begin
    f_fp32_mul_kept = product;
    if (!keep) f_fp32_mul_kept[FpProductWidth-1-:4] = 4'b0010;
  end
endfunction

function automatic [31:0] f_fp32_mul_round(input [FpProductWidth-1:0] product);
  logic is_nan, infinite, zero, sign, sticky, round_up;
  logic [9:0] exponent;
  logic [35:0] low, high, top;  // top: the product without its lowest twelve bits
  logic [32:0] rounded;         // exponent and fraction: a carry goes from one to the other
  begin
    {is_nan, infinite, zero, sign, exponent, high, low} = product;
    top = high + {12'd0, low[35:12]};
    sticky = (|low[11:0]) || (|top[9:0]);
    if (top[35]) begin
      round_up = top[11] && (top[12] || top[10] || sticky);
      rounded = {exponent + 10'd1, top[34:12]};
    end else begin
      round_up = top[10] && (top[11] || sticky);
      rounded = {exponent, top[33:11]};
    end
    rounded = rounded + {32'd0, round_up};

    f_fp32_mul_round = {sign, rounded[30:0]};
    if (rounded[32] || rounded[31:23] == 9'd0 || zero) f_fp32_mul_round = {sign, 31'd0};
    else if (rounded[31:23] > 9'd254) f_fp32_mul_round = {sign, 31'h7f800000};
    if (infinite) f_fp32_mul_round = {sign, 31'h7f800000};
    if (is_nan) f_fp32_mul_round = 32'h7fc00000;
  end
endfunction

function automatic [31:0] f_fp32_mul(input [31:0] a, input [31:0] b);
  f_fp32_mul = f_fp32_mul_round(f_fp32_mul_product(a, b));
endfunction
