// Field checks of MATMUL.
//
// field_o, align_o and range_o hold one bit for each command word.  Products
// and sums come from sth_decode: mul_a_o * mul_b_o + mul_c_o, added in pairs,
// back on sum_i; range_o is valid one cycle after they are.  It does not look
// at the opcode or at reserved bits.

`include "sth_assert.svh"
`default_nettype none

module sth_check_matmul #(
  // Array size: powers of two from 4 to 512.
  parameter int ArrayRows = 16,
  parameter int ArrayCols = 16,
  // Capacities in bytes, up to 2^28.
  parameter int SpBytes = 262144,
  parameter int AccBytes = 65536,
  // Operands of the array: a sum of STH_DATA_TYPE_*.
  parameter int DataTypes = 3
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
  `include "sth_tile_lanes.svh"

  localparam int RowsLog2 = $clog2(ArrayRows);
  localparam int ColsLog2 = $clog2(ArrayCols);
  localparam int AccRows = AccBytes / (4 * ArrayCols);

  logic [31:0] a_addr, w_addr;
  logic [23:0] acc, acc_n;
  logic [27:0] a_row, a_k, w_row, w_k, w_n;
  logic [15:0] m, n, k;
  logic        bf16, west, has_type, has_lanes, unused;
  logic [STH_MATMUL_HALVES_WIDTH-1:0] halves;

  assign a_addr     = cmd_i[STH_MATMUL_A_LSB +: STH_MATMUL_A_WIDTH];
  assign w_addr     = cmd_i[STH_MATMUL_W_LSB +: STH_MATMUL_W_WIDTH];
  assign acc        = cmd_i[STH_MATMUL_ACC_LSB +: STH_MATMUL_ACC_WIDTH];
  assign m          = cmd_i[STH_MATMUL_M_LSB +: STH_MATMUL_M_WIDTH];
  assign n          = cmd_i[STH_MATMUL_N_LSB +: STH_MATMUL_N_WIDTH];
  assign k          = cmd_i[STH_MATMUL_K_LSB +: STH_MATMUL_K_WIDTH];
  assign bf16       = cmd_i[STH_MATMUL_BF16_LSB];
  assign west       = cmd_i[STH_MATMUL_WEST_LSB];
  assign halves     = cmd_i[STH_MATMUL_HALVES_LSB +: STH_MATMUL_HALVES_WIDTH];
  assign has_lanes  = 32'(halves) <= HalvesMost;
  assign has_type   = (DataTypes & (bf16 ? STH_DATA_TYPE_BF16 : STH_DATA_TYPE_INT8)) != 0;
  assign a_row      = cmd_i[STH_MATMUL_A_ROW_LSB +: STH_MATMUL_A_ROW_WIDTH];
  assign a_k        = cmd_i[STH_MATMUL_A_K_LSB +: STH_MATMUL_A_K_WIDTH];
  assign w_row      = cmd_i[STH_MATMUL_W_ROW_LSB +: STH_MATMUL_W_ROW_WIDTH];
  assign w_k        = cmd_i[STH_MATMUL_W_K_LSB +: STH_MATMUL_W_K_WIDTH];
  assign w_n        = cmd_i[STH_MATMUL_W_N_LSB +: STH_MATMUL_W_N_WIDTH];
  assign acc_n      = cmd_i[STH_MATMUL_ACC_N_LSB +: STH_MATMUL_ACC_N_WIDTH];

  // Tiles before the last one, and stored rows before the last one in it; k_last in lanes, of
  // which a tile has ArrayRows >> halves.
  logic [15:0] m_last, n_last, k_last, kt_last, nt_last, row_last;

  assign m_last   = m - 16'd1;
  assign n_last   = n - 16'd1;
  assign k_last   = (k - 16'd1) >> !bf16;
  assign kt_last  = 16'((23'(k_last) << halves) >> RowsLog2);
  assign nt_last  = n_last >> ColsLog2;
  assign row_last = west ? n_last & 16'(ArrayCols - 1) : k_last & (16'(ArrayRows - 1) >> halves);

  // Bytes of a chunk of a and of w: powers of two up to 2 * 512, hence 11 bits.
  logic [10:0] a_chunk, w_chunk;
  logic [10:0] a_mask, w_mask;

  assign a_chunk = 11'(2 * ArrayRows) >> halves;
  assign w_chunk = west ? a_chunk : 11'(2 * ArrayCols);
  assign a_mask  = 11'(2 * ArrayRows - 1) >> halves;
  assign w_mask  = west ? a_mask : 11'(2 * ArrayCols - 1);

  // Sum 0 is the end of a, sum 3 the last row of the accumulator.  Sum 1 is the
  // end of the first weight row of the last tile, sum 2 what lies between the
  // first and the last row of that tile.
  assign mul_a_o = {16'd0, nt_last, 16'd0, row_last, nt_last, kt_last, kt_last, m_last};
  assign mul_b_o = {32'd0, 8'd0, acc_n, 32'd0, 4'd0, w_row, 4'd0, w_n, 4'd0, w_k, 4'd0, a_k,
                    4'd0, a_row};
  assign mul_c_o = {40'(m_last), 40'(acc), 80'd0, 40'(w_chunk), 40'(w_addr), 40'(a_chunk),
                    40'(a_addr)};

  // Weights: rows of one tile are stored w_row apart, "inner" tiles follow
  // each other in the direction of those rows, "outer" tiles in the other.
  // The highest chunk is the last row of the last inner tile or the last row
  // of the full inner tile before it.
  logic [15:0] inner_last;
  logic [27:0] inner_stride;
  logic [49:0] full_rows, full_last_q, full_q, w_last_q, w_full_q;

  assign inner_last   = west ? nt_last : kt_last;
  assign inner_stride = west ? w_n : w_k;
  assign full_rows    = west ? 50'(w_row) << ColsLog2 : (50'(w_row) << RowsLog2) >> halves;

  // Products are 16 x 28 bits, below 2^44, full_rows is below 2^37 and addresses below 2^32: three
  // products and the rest stay below 2^46, and fit 50 bits.  full_q, a command's from its third
  // cycle, may be negative, but not with sum 1.
  // w_full_q is meaningless, and ignored, when there is only one inner tile.
  always_ff @(posedge clk_i) begin
    full_last_q <= full_rows - 50'(w_row);
    full_q      <= full_last_q - 50'(inner_stride);
    w_last_q    <= sum_i[99:50] + sum_i[149:100];
    w_full_q    <= sum_i[99:50] + full_q;
  end

  logic w_over;

  assign w_over = w_last_q > 50'(SpBytes) || (inner_last != '0 && w_full_q > 50'(SpBytes));

  assign field_o = {9'd0, k == '0 || !has_type || !has_lanes, m == '0 || n == '0, 5'd0};
  assign align_o = {
    4'd0,
    (w_n[10:0] & w_mask) != '0,
    (w_k[10:0] & w_mask) != '0,
    (w_row[10:0] & w_mask) != '0,
    (a_k[10:0] & a_mask) != '0,
    (a_row[10:0] & a_mask) != '0,
    3'd0,
    (w_addr[10:0] & w_mask) != '0,
    (a_addr[10:0] & a_mask) != '0,
    2'd0
  };
  assign range_o = {11'd0, sum_i[199:150] >= 50'(AccRows), w_over, sum_i[49:0] > 50'(SpBytes),
                    2'd0};

  assign unused = ^cmd_i;

  `STH_ASSERT_INIT(ArrayIsLegal, ArrayRows >= 4 && ArrayRows <= 512 &&
                                 (ArrayRows & (ArrayRows - 1)) == 0 &&
                                 ArrayCols >= 4 && ArrayCols <= 512 &&
                                 (ArrayCols & (ArrayCols - 1)) == 0)
  `STH_ASSERT_INIT(TypesAreLegal, DataTypes >= 1 && DataTypes <= 3)
  `STH_ASSERT_INIT(CapacityIsLegal, SpBytes <= 1 << 28 && AccBytes <= 1 << 28)

endmodule

`default_nettype wire
