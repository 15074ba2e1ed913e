// Purpose: an element of any type to canonical fp32 as functions, included inside the body of a
// module after sth_spec.svh: two stages, with a register between them or not, and both at once.
// Integers round to nearest even, subnormals become zero, every NaN the one NaN.  The first stage
// expects copies of an int8's sign above it.
//
// From stage to stage pass, from the highest bit: integer; its sign; bytes that it was shifted to
// the left, three at most, of which some zero remain only in zero; magnitude, or the fp32 value.
localparam int ToFp32Width = 36;
/* verilator lint_off UNUSEDPARAM */ // not every user has lanes side by side
localparam int ToFp32Stride = 64;  // from lane to lane: whole words of 32
/* verilator lint_on UNUSEDPARAM */

function automatic [ToFp32Width-1:0] f_to_fp32_magnitude(input [1:0] dtype, input [31:0] raw);
  logic sign;
  logic [1:0] bytes;
  logic [31:0] v, m;
  begin
    if (dtype == 2'(STH_DTYPE_BF16) || dtype == 2'(STH_DTYPE_FP32)) begin
      v = (dtype == 2'(STH_DTYPE_BF16)) ? {raw[15:0], 16'd0} : raw;
      m = v;
      if (v[30:23] == 8'd0) m = {v[31], 31'd0};
      if (v[30:0] > 31'h7f800000) m = 32'h7fc00000;
      f_to_fp32_magnitude = {4'd0, m};
    end else begin
      sign = raw[31];
      m = sign ? 32'd0 - raw : raw;
      bytes = 2'd0;
      if (m[31:16] == 16'd0) begin
        m = m << 16;
        bytes = 2'd2;
      end
      if (m[31:24] == 8'd0) begin
        m = m << 8;
        bytes = bytes + 2'd1;
      end
      f_to_fp32_magnitude = {1'b1, sign, bytes, m};
    end
  end
endfunction

function automatic [31:0] f_to_fp32_round(input [ToFp32Width-1:0] magnitude);
  logic integral, sign, round_up;
  logic [1:0] bytes;
  logic [2:0] bits;
  logic [31:0] m;
  logic [7:0] exponent;
  logic [30:0] rounded;
  begin
    {integral, sign, bytes, m} = magnitude;
    f_to_fp32_round = m;
    if (integral) begin
      // Bring the leading one to bit 31, of weight 2^31: biased exponent 158.
      bits = 3'd0;
      if (m[31:28] == 4'd0) begin
        m = m << 4;
        bits = 3'd4;
      end
      if (m[31:30] == 2'd0) begin
        m = m << 2;
        bits = bits + 3'd2;
      end
      if (!m[31]) begin
        m = m << 1;
        bits = bits + 3'd1;
      end
      exponent = 8'd158 - {3'd0, bytes, bits};
      round_up = m[7] && (m[8] || (|m[6:0]));
      rounded = {exponent, m[30:8]} + {30'd0, round_up};
      f_to_fp32_round = m[31] ? {sign, rounded} : 32'd0;
    end
  end
endfunction

function automatic [31:0] f_to_fp32(input [1:0] dtype, input [31:0] raw);
  logic [31:0] extended;
  begin
    extended = (dtype == 2'(STH_DTYPE_I8)) ? {{24{raw[7]}}, raw[7:0]} : raw;
    f_to_fp32 = f_to_fp32_round(f_to_fp32_magnitude(dtype, extended));
  end
endfunction
