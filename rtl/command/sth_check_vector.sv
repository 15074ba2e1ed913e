// Field checks of VECTOR.
//
// field_o, align_o and range_o hold one bit for each command word.  Products
// and sums come from sth_decode: mul_a_o * mul_b_o + mul_c_o, added in pairs,
// back on sum_i; range_o is combinational.  It does not look at the opcode or
// at reserved bits.

`include "sth_assert.svh"
`default_nettype none

module sth_check_vector #(
  // Lanes: a power of two from 4 to 512.
  parameter int ArrayCols = 16,
  // Capacities in bytes, up to 2^28.
  parameter int SpBytes = 262144,
  parameter int AccBytes = 65536
) (
  input  logic         clk_i,
  input  logic [511:0] cmd_i,
  output logic [127:0] mul_a_o,
  output logic [255:0] mul_b_o,
  output logic [319:0] mul_c_o,
  input  logic [199:0] sum_i,
  output logic [15:0]  field_o,
  output logic [15:0]  align_o,
  output logic [15:0]  range_o
);

  `include "sth_spec.svh"

  localparam int ColsLog2 = $clog2(ArrayCols);
  localparam int AccRows = AccBytes / (4 * ArrayCols);

  logic [15:0] rows, cols;
  logic [3:0]  func;
  logic [1:0]  gate, reduce, addop;
  logic [2:0]  mulsel, addsel;
  logic        write;
  logic [23:0] r_addr;

  assign rows   = cmd_i[STH_VECTOR_ROWS_LSB +: STH_VECTOR_ROWS_WIDTH];
  assign cols   = cmd_i[STH_VECTOR_COLS_LSB +: STH_VECTOR_COLS_WIDTH];
  assign func   = cmd_i[STH_VECTOR_FUNC_LSB +: STH_VECTOR_FUNC_WIDTH];
  assign gate   = cmd_i[STH_VECTOR_GATE_LSB +: STH_VECTOR_GATE_WIDTH];
  assign reduce = cmd_i[STH_VECTOR_REDUCE_LSB +: STH_VECTOR_REDUCE_WIDTH];
  assign addop  = cmd_i[STH_VECTOR_ADDOP_LSB +: STH_VECTOR_ADDOP_WIDTH];
  assign mulsel = cmd_i[STH_VECTOR_MULSEL_LSB +: STH_VECTOR_MULSEL_WIDTH];
  assign addsel = cmd_i[STH_VECTOR_ADDSEL_LSB +: STH_VECTOR_ADDSEL_WIDTH];
  assign write  = cmd_i[STH_VECTOR_WRITE_LSB];
  assign r_addr = cmd_i[STH_VECTOR_R_ADDR_LSB +: STH_VECTOR_R_ADDR_WIDTH];

  // Operands x, y, z, d are 0 to 3.  Each takes two command words, laid out
  // alike: word 6 + 2 i holds address, space and type, the next the strides.
  logic [3:0]  used, scalar;
  logic [3:0]  op_field, op_align_addr, op_align_stride, op_range;
  logic [15:0] row_last, group_last, tile_last;
  logic [111:0] first;
  logic [11:0] past;

  assign used = {
    write,
    addsel == 3'(STH_OPERAND_STREAM) || addsel == 3'(STH_OPERAND_SCALAR),
    mulsel == 3'(STH_OPERAND_STREAM) || mulsel == 3'(STH_OPERAND_SCALAR),
    1'b1
  };
  assign scalar = {1'b0, addsel == 3'(STH_OPERAND_SCALAR), mulsel == 3'(STH_OPERAND_SCALAR), 1'b0};

  assign row_last   = rows - 16'd1;
  assign group_last = row_last >> ColsLog2;
  assign tile_last  = (cols - 16'd1) >> ColsLog2;

  for (genvar i = 0; i < 4; i++) begin : gen_operand
    localparam int Pointer = STH_VECTOR_X_ADDR_LSB + 64 * i;
    localparam int Strides = STH_VECTOR_X_ROW_LSB + 64 * i;

    assign mul_a_o[32 * i +: 32]  = {scalar[i] ? 16'd0 : tile_last,
                                     scalar[i] ? group_last : row_last};
    assign mul_b_o[64 * i +: 64]  = {16'd0, cmd_i[Strides + 16 +: 16],
                                     16'd0, cmd_i[Strides +: 16]};
    assign mul_c_o[80 * i +: 80]  = {40'(past[3 * i +: 3]), 40'(first[28 * i +: 28])};

    sth_check_operand #(
      .ArrayCols(ArrayCols),
      .SpBytes  (SpBytes),
      .AccBytes (AccBytes)
    ) u_operand (
      .used_i        (used[i]),
      .scalar_i      (scalar[i]),
      .sp_i          (cmd_i[Pointer + 28]),
      .type_i        (cmd_i[Pointer + 29 +: 2]),
      .addr_i        (cmd_i[Pointer +: 28]),
      .row_i         (cmd_i[Strides +: 16]),
      .tile_i        (cmd_i[Strides + 16 +: 16]),
      .first_o       (first[28 * i +: 28]),
      .past_o        (past[3 * i +: 3]),
      .end_i         (sum_i[50 * i +: 50]),
      .field_o       (op_field[i]),
      .align_addr_o  (op_align_addr[i]),
      .align_stride_o(op_align_stride[i]),
      .range_o       (op_range[i])
    );
  end

  logic        shape_bad, select_bad, r_over, unused;
  logic [24:0] r_last_q;

  assign shape_bad  = rows == '0 || cols == '0;
  assign select_bad = func > 4'(STH_FUNC_PHI) || gate > 2'd2 ||
                      mulsel > 3'(STH_OPERAND_SELF) || addsel > 3'(STH_OPERAND_SCALAR) ||
                      addop > 2'd2 || (!write && reduce == 2'(STH_REDUCE_NONE));
  // A row address has 24 bits, as has the highest row of 256 MiB in rows of 16 bytes; the sum fits
  // 25.
  always_ff @(posedge clk_i) r_last_q <= 25'(r_addr) + 25'(group_last);

  assign r_over = reduce != 2'(STH_REDUCE_NONE) && r_last_q >= 25'(AccRows);

  assign field_o = {3'd0, op_field[3], 1'b0, op_field[2], 1'b0, op_field[1], 1'b0, op_field[0],
                    2'd0, select_bad, shape_bad, 2'd0};
  assign align_o = {2'd0,
                    op_align_stride[3], op_align_addr[3], op_align_stride[2], op_align_addr[2],
                    op_align_stride[1], op_align_addr[1], op_align_stride[0], op_align_addr[0],
                    6'd0};
  assign range_o = {1'b0, r_over, 1'b0, op_range[3], 1'b0, op_range[2], 1'b0, op_range[1], 1'b0,
                    op_range[0], 6'd0};

  assign unused = ^cmd_i;

  // The generate loop above relies on this layout.
  initial begin
    if (STH_VECTOR_Y_ADDR_LSB != STH_VECTOR_X_ADDR_LSB + 64 ||
        STH_VECTOR_Z_ADDR_LSB != STH_VECTOR_X_ADDR_LSB + 128 ||
        STH_VECTOR_D_ADDR_LSB != STH_VECTOR_X_ADDR_LSB + 192 ||
        STH_VECTOR_X_SP_LSB != STH_VECTOR_X_ADDR_LSB + 28 ||
        STH_VECTOR_X_TYPE_LSB != STH_VECTOR_X_ADDR_LSB + 29 ||
        STH_VECTOR_X_TILE_LSB != STH_VECTOR_X_ROW_LSB + 16) begin
      $error("operands of VECTOR are not laid out alike");
    end
  end

  `STH_ASSERT_INIT(ArrayIsLegal, ArrayCols >= 4 && ArrayCols <= 512 &&
                                 (ArrayCols & (ArrayCols - 1)) == 0)

endmodule

`default_nettype wire
