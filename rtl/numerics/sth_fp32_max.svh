// Purpose: fp32 maximum as a function, included inside the body of a module: NaN if an operand is,
// otherwise the greater in the total order with -0 below +0; subnormals count as zero.
function automatic [31:0] f_fp32_max(input [31:0] a, input [31:0] b);
  logic [31:0] x, y, x_key, y_key;
  begin
    x = (a[30:23] == 8'd0) ? {a[31], 31'd0} : a;
    y = (b[30:23] == 8'd0) ? {b[31], 31'd0} : b;
    // Unsigned integers in the order of the numbers.
    x_key = x ^ {1'b1, {31{x[31]}}};
    y_key = y ^ {1'b1, {31{y[31]}}};
    f_fp32_max = (x_key < y_key) ? y : x;
    if (x[30:0] > 31'h7f800000 || y[30:0] > 31'h7f800000) f_fp32_max = 32'h7fc00000;
  end
endfunction
