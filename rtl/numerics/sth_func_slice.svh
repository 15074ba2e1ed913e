// Purpose: what the function unit reads from the bits of its prescaled argument, as functions,
// included inside the body of a module after sth_spec.svh.

// Whether t / 2 + 0.5 is the result.
function automatic f_func_is_halved(input [3:0] func);
  f_func_is_halved = func == 4'(STH_FUNC_SIGMOID) || func == 4'(STH_FUNC_GELU_TANH) ||
                     func == 4'(STH_FUNC_PHI);
endfunction

// u, or |u| for PHI, in units of 2^-23, truncated towards zero, for |u| < 256: 9 bits of floor, 23
// of fraction.
function automatic [31:0] f_func_fixed(input [3:0] func, input [31:0] u);
  logic [7:0] shift;
  logic [31:0] magnitude;
  begin
    shift = 8'd134 - u[30:23];
    magnitude = {2'b01, u[22:0], 7'd0} >> shift[4:0];
    if (|shift[7:5]) magnitude = 32'd0;
    f_func_fixed = u[31] && func != 4'(STH_FUNC_PHI) ? 32'd0 - magnitude : magnitude;
  end
endfunction

// What waits beside the polynomial, {polynomial, value}: when polynomial is set, value[31] is the
// sign of the result and value[9:0] goes onto the exponent; otherwise value is the result.
localparam int FuncSideWidth = 33;
/* verilator lint_off UNUSEDPARAM */ // not every user has lanes side by side
localparam int FuncSideStride = 64;  // from lane to lane: whole words of 32
/* verilator lint_on UNUSEDPARAM */

// floor: of u, from its fixed point.
function automatic [FuncSideWidth-1:0] f_func_side(input [3:0] func, input [31:0] u,
                                                   input [8:0] floor);
  logic polynomial, zero, infinite;
  logic [31:0] special;
  logic [9:0] offset;
  begin
    polynomial = 1'b0;
    special = u;
    offset = 10'd0;
    zero = u[30:23] == 8'd0;
    infinite = u[30:23] == 8'd255;
    if (!infinite || u[22:0] == 23'd0) begin
      case (func)
        4'(STH_FUNC_EXP): begin
          // From |u| = 256 on, which is far outside the range of the result.
          polynomial = u[30:23] < 8'd135;
          special = (polynomial || u[31]) ? 32'd0 : 32'h7f800000;
          offset = {floor[8], floor};
        end
        4'(STH_FUNC_RECIP): begin
          polynomial = !zero && !infinite;
          special = {u[31], zero ? 31'h7f800000 : 31'd0};
          offset = 10'd127 - {2'd0, u[30:23]};
        end
        4'(STH_FUNC_RSQRT): begin
          polynomial = !zero && !infinite && !u[31];
          special = zero ? {u[31], 31'h7f800000} : u[31] ? 32'h7fc00000 : 32'd0;
          // Half of 127 - exponent, rounded up: even exponents are odd powers of two.
          offset = 10'd64 - {3'd0, u[30:24]} - {9'd0, u[23]};
        end
        4'(STH_FUNC_TANH), 4'(STH_FUNC_SIGMOID), 4'(STH_FUNC_GELU_TANH): begin
          // Below 2^-10 the argument itself, from 8 on one.
          polynomial = u[30:23] >= 8'd117 && u[30:23] < 8'd130;
          if (u[30:23] >= 8'd117) special = {u[31], 31'h3f800000};
        end
        4'(STH_FUNC_PHI): begin
          polynomial = u[30:22] < {8'd129, 1'b1};  // |u| < 6
          special = {u[31], 31'h3f800000};
        end
        default: ;
      endcase
    end
    f_func_side = {polynomial, special};
    if (polynomial) f_func_side = {1'b1, special[31], 21'd0, offset};
  end
endfunction

// {row[9:0], m[19:0], centre[19:0]}: the row of the ROM and the fractions of the polynomial's
// argument and of the middle of the row's segment, both in [1, 2); the upper three bits are the same
// in both.  fixed: three bits of u's floor and its fraction, from its fixed point.
localparam int FuncSegmentWidth = 50;

function automatic [FuncSegmentWidth-1:0] f_func_segment(input [3:0] func, input [30:0] u,
                                         input [25:0] fixed);
  logic [9:0] row;
  logic [22:0] m;
  logic [19:0] centre;
  logic [7:0] octave;
  begin
    m = u[22:0];
    octave = u[30:23] - 8'd117;
    case (func)
      4'(STH_FUNC_EXP): begin
        m = fixed[22:0];
        row = {5'b00111, m[22:18]};
        centre = {m[19:18], 1'b1, 17'd0};
      end
      4'(STH_FUNC_PHI): begin
        // 32 segments in 0 .. 1, 16 in each of 1 .. 4, 8 in each of 4 .. 6.
        m = fixed[22:0];
        if (fixed[25]) begin
          row = {6'd33, fixed[23], m[22:20]};
          centre = {1'b1, 19'd0};
        end else if (fixed[24:23] != 2'd0) begin
          row = {6'd29 + {4'd0, fixed[24:23]}, m[22:19]};
          centre = {m[19], 1'b1, 18'd0};
        end else begin
          row = {5'b01110, m[22:18]};
          centre = {m[19:18], 1'b1, 17'd0};
        end
      end
      4'(STH_FUNC_RECIP): begin
        row = {4'b0110, m[22:17]};
        centre = {m[19:17], 1'b1, 16'd0};
      end
      4'(STH_FUNC_RSQRT): begin
        row = {3'b010, !u[23], m[22:17]};
        centre = {m[19:17], 1'b1, 16'd0};
      end
      default: begin
        if (octave < 8'd8) begin
          row = {4'b0000, octave[2:0], m[22:20]};
          centre = {1'b1, 19'd0};
        end else begin
          row = 10'd64 + {2'b00, octave[2:0], m[22:18]};
          centre = {m[19:18], 1'b1, 17'd0};
        end
      end
    endcase
    f_func_segment = {row, m[19:0], centre};
  end
endfunction

// The distance of m from the centre in units of 2^-23: {sign, magnitude}, at most 2^19.
function automatic [20:0] f_func_magnitude(input [20:0] difference);
  f_func_magnitude = {difference[20], difference[20] ? 20'd0 - difference[19:0] : difference[19:0]};
endfunction

// The same as fp32.  Its significand ends with five zeros.
function automatic [31:0] f_func_distance(input [20:0] magnitude);
  logic [19:0] d;
  logic [7:0] exponent;
  begin
    // Bring the leading one to bit 19, of weight 2^-4.
    d = magnitude[19:0];
    exponent = 8'd123;
    if (d[19:4] == 16'd0) begin
      d = d << 16;
      exponent = exponent - 8'd16;
    end
    if (d[19:12] == 8'd0) begin
      d = d << 8;
      exponent = exponent - 8'd8;
    end
    if (d[19:16] == 4'd0) begin
      d = d << 4;
      exponent = exponent - 8'd4;
    end
    if (d[19:18] == 2'd0) begin
      d = d << 2;
      exponent = exponent - 8'd2;
    end
    if (!d[19]) begin
      d = d << 1;
      exponent = exponent - 8'd1;
    end
    f_func_distance = d[19] ? {magnitude[20], exponent, d[18:1], 5'd0} : 32'd0;
  end
endfunction

// The polynomial's value p, which is positive, with the offset and the sign applied, or the
// special result.
function automatic [31:0] f_func_finish(input [FuncSideWidth-1:0] side, input [30:0] p);
  logic [9:0] exponent;  // 10 bits signed: below 2 * 256 and above -256
  begin
    exponent = {2'd0, p[30:23]} + side[9:0];
    f_func_finish = {side[31], exponent[7:0], p[22:0]};
    if (exponent[8]) f_func_finish = {side[31], 31'h7f800000};
    if (exponent[7:0] == 8'd255) f_func_finish = {side[31], 31'h7f800000};
    if (exponent[9] || exponent == 10'd0) f_func_finish = {side[31], 31'd0};
    if (!side[32]) f_func_finish = side[31:0];
  end
endfunction

// t / 2 if half is set, exact above the smallest numbers, otherwise t.
function automatic [31:0] f_func_half(input half, input [31:0] t);
  begin
    f_func_half = t;
    if (half && t[30:23] != 8'd255) begin
      f_func_half = {t[31], t[30:23] - 8'd1, t[22:0]};
      if (t[30:24] == 7'd0) f_func_half = {t[31], 31'd0};
    end
  end
endfunction
