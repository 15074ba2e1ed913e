// Purpose: an element of any type to canonical fp32 as a function, included inside the body of a
// module after sth_spec.svh.  Integers round to nearest even, subnormals become zero, every NaN
// the one NaN.
function automatic [31:0] f_to_fp32(input [1:0] dtype, input [31:0] raw);
  logic sign, round_up;
  logic [31:0] v, m, lead;
  logic [30:0] rounded;
  begin
    if (dtype == 2'(STH_DTYPE_BF16) || dtype == 2'(STH_DTYPE_FP32)) begin
      v = (dtype == 2'(STH_DTYPE_BF16)) ? {raw[15:0], 16'd0} : raw;
      f_to_fp32 = v;
      if (v[30:23] == 8'd0) f_to_fp32 = {v[31], 31'd0};
      if (v[30:0] > 31'h7f800000) f_to_fp32 = 32'h7fc00000;
    end else begin
      v = (dtype == 2'(STH_DTYPE_I8)) ? {{24{raw[7]}}, raw[7:0]} : raw;
      sign = v[31];
      m = sign ? 32'd0 - v : v;
      // Bring the leading one to bit 31, of weight 2^31: biased exponent 158.
      lead = 32'd158;
      if (m[31:16] == 16'd0) begin
        m = m << 16;
        lead = lead - 32'd16;
      end
      if (m[31:24] == 8'd0) begin
        m = m << 8;
        lead = lead - 32'd8;
      end
      if (m[31:28] == 4'd0) begin
        m = m << 4;
        lead = lead - 32'd4;
      end
      if (m[31:30] == 2'd0) begin
        m = m << 2;
        lead = lead - 32'd2;
      end
      if (!m[31]) begin
        m = m << 1;
        lead = lead - 32'd1;
      end
      round_up = m[7] && (m[8] || (|m[6:0]));
      rounded = {lead[7:0], m[30:8]} + {30'd0, round_up};
      f_to_fp32 = m[31] ? {sign, rounded} : 32'd0;
    end
  end
endfunction
