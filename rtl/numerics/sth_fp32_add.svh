// Purpose: fp32 addition as a function, included inside the body of a module.  A function, so that
// a clocked block can call it under its enable and idle units cost a simulation nothing.
//
// Round to nearest even; subnormals count as zero on input and output; one NaN (docs/numerics.md).
// Sums of normal numbers that fall below 2^-126 are exact, so flushing needs no look at rounding.
//
// 28-bit datapath: carry, 24 significand bits, guard, round, sticky.
function automatic [31:0] f_fp32_add(input [31:0] a, input [31:0] b);
  logic [31:0] great;   // |great| >= |little|
  logic [30:0] little;  // without its sign
  logic [7:0] distance;
  logic [4:0] shift;
  logic sub, round_up;
  logic [31:0] m, n, shifted, sum;
  logic [31:0] lead;  // places that the leading one is below bit 27
  logic [31:0] exponent;
  logic [30:0] rounded;
  begin
    great = (a[30:0] < b[30:0]) ? b : a;
    little = a[30:0] ^ b[30:0] ^ great[30:0];
    sub = a[31] ^ b[31];
    distance = great[30:23] - little[30:23];
    shift = (|distance[7:5]) ? 5'd31 : distance[4:0];
    m = (great[30:23] != 8'd0) ? {6'd1, great[22:0], 3'd0} : 32'd0;
    n = (little[30:23] != 8'd0) ? {6'd1, little[22:0], 3'd0} : 32'd0;
    shifted = n >> shift;
    shifted = shifted | {31'd0, (shifted << shift) != n};
    sum = sub ? m - shifted : m + shifted;

    // Bring the leading one to bit 27, where the carry of an addition is.
    lead = 32'd0;
    n = sum;
    if (n[27:12] == 16'd0) begin
      n = n << 16;
      lead = 32'd16;
    end
    if (n[27:20] == 8'd0) begin
      n = n << 8;
      lead = lead + 32'd8;
    end
    if (n[27:24] == 4'd0) begin
      n = n << 4;
      lead = lead + 32'd4;
    end
    if (n[27:26] == 2'd0) begin
      n = n << 2;
      lead = lead + 32'd2;
    end
    if (!n[27]) begin
      n = n << 1;
      lead = lead + 32'd1;
    end

    // At most 255, at least -30: bit 31 is its sign.
    exponent = {24'd0, great[30:23]} + 32'd1 - lead;
    round_up = n[3] && (n[4] || (|n[2:0]));
    rounded = {exponent[7:0], n[26:4]} + {30'd0, round_up};

    f_fp32_add = {great[31], rounded};
    // Largest exponent before rounding: the fraction must not make a NaN.
    if (exponent == 32'd255) f_fp32_add = {great[31], 31'h7f800000};
    if (exponent[31] || exponent == 32'd0) f_fp32_add = {great[31], 31'd0};
    if (sum == 32'd0) f_fp32_add = {a[31] && b[31], 31'd0};
    if (great[30:23] == 8'd255) begin
      f_fp32_add = great;
      if (great[22:0] != 23'd0 || (sub && little[30:23] == 8'd255)) f_fp32_add = 32'h7fc00000;
    end
  end
endfunction
