// Takes the sums that leave the array, row by row, and writes them to the
// accumulator: the first depth tile of a command overwrites (unless the
// command accumulates), the others add to what is there.
//
// Pipeline of a row: request (sum_next_i), read, three stages of the sum (the
// sums arrive in the first), write; the command retires in the cycle after its
// last write.  A row may come again MATRIX_SUM cycles later: who sends rows into
// the array sees to that.  Columns beyond N are not written.
//
// Multiply-accumulates are counted from what was written: valid columns times
// valid depth in elements for each row, in all M * N * K.
`include "sth_assert.svh"
`default_nettype none

module sth_matrix_accumulate #(
  // Array size: powers of two, 4 to 512.
  parameter int ArrayRows = 16,
  parameter int ArrayCols = 16,
  // Rows of the accumulator: any number.
  parameter int AccRows = 1024,
  // Operands that come: a sum of STH_DATA_TYPE_*.
  parameter int DataTypes = 3,
  // Whether digest_o tells what was written: 0 or 1.
  parameter int Events = 0,
  localparam int AddrWidth = $clog2(AccRows),
  localparam int LaneWidth = $clog2(ArrayCols)
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  // The command whose sums come next; done in the cycle of its last sum_next_i.
  input  logic                    cmd_valid_i,
  input  logic [           511:0] cmd_i,
  output logic                    cmd_done_o,

  // From the array: sum_i is valid READ cycles after sum_next_i.
  input  logic                    sum_next_i,
  input  logic [ArrayCols*32-1:0] sum_i,

  // Accumulator.
  output logic                    m_ren_o,
  output logic [   AddrWidth-1:0] m_raddr_o,
  input  logic [ArrayCols*32-1:0] m_rdata_i,
  output logic                    m_wen_o,
  output logic [   AddrWidth-1:0] m_waddr_o,
  output logic [ArrayCols*32-1:0] m_wdata_o,
  output logic [   ArrayCols-1:0] m_wmask_o,

  // Retirement of the oldest command.
  output logic                    retire_o,
  output logic [            31:0] digest_o,
  output logic [            47:0] macs_o
);
`include "sth_spec.svh"
`include "sth_acc_add.svh"
`include "sth_tile_lanes.svh"

  localparam int Word = ArrayCols * 32;  // bits of a word of each lane

`include "sth_acc_lanes.svh"

  localparam int DepthWidth = $clog2(ArrayRows) + 2;  // of a tile in elements, up to two a lane
  localparam int ColsWidth = LaneWidth + 1;
  localparam int MacsWidth = DepthWidth + ColsWidth;

  // Fields of the command.
  logic matmul, bf16, accumulate;
  logic [STH_MATMUL_HALVES_WIDTH-1:0] halves;
  logic [15:0] cmd_m, cmd_n, cmd_k, cmd_lanes;
  logic [AddrWidth-1:0] cmd_acc, acc_n;

  assign matmul     = cmd_i[STH_ANY_OPCODE_LSB+:STH_ANY_OPCODE_WIDTH] ==
      STH_ANY_OPCODE_WIDTH'(STH_OP_MATMUL);
  assign bf16       = DataTypes == STH_DATA_TYPE_BF16 ||
      (DataTypes != STH_DATA_TYPE_INT8 && cmd_i[STH_MATMUL_BF16_LSB]);
  assign halves     = cmd_i[STH_MATMUL_HALVES_LSB+:STH_MATMUL_HALVES_WIDTH];
  assign accumulate = cmd_i[STH_MATMUL_ACCUMULATE_LSB];
  assign cmd_m      = cmd_i[STH_MATMUL_M_LSB+:16];
  assign cmd_n      = cmd_i[STH_MATMUL_N_LSB+:16];
  assign cmd_k      = cmd_i[STH_MATMUL_K_LSB+:16];
  assign cmd_lanes  = bf16 ? cmd_k : {1'b0, cmd_k[15:1]} + 16'(cmd_k[0]);
  assign cmd_acc    = cmd_i[STH_MATMUL_ACC_LSB+:AddrWidth];
  assign acc_n      = cmd_i[STH_MATMUL_ACC_N_LSB+:AddrWidth];

  // Walk; `begun_q` tells that the registers belong to this command.  k_left counts lanes.
  logic begun_q, first_k_q;
  logic [15:0] row_q, n_left_q, k_left_q, n_left, k_left;
  logic [AddrWidth-1:0] base_q, addr_q, base, addr;
  logic first_k, last_row, last_k, last_n, last;
  logic [ColsWidth-1:0] cols;
  logic [DepthWidth-1:0] lanes, depth;

  assign first_k  = !begun_q || first_k_q;
  assign n_left   = begun_q ? n_left_q : cmd_n;
  assign k_left   = begun_q ? k_left_q : cmd_lanes;
  assign base     = begun_q ? base_q : cmd_acc;
  assign addr     = begun_q ? addr_q : cmd_acc;
  assign last_row = row_q == cmd_m - 16'd1;
  assign last_k   = f_in_tile(halves, 1'b0, k_left);
  assign last_n   = n_left <= 16'(ArrayCols);
  assign last     = last_row && last_k && last_n;
  assign cols     = last_n ? n_left[ColsWidth-1:0] : ColsWidth'(ArrayCols);
  assign lanes    = DepthWidth'(last_k ? k_left : f_tile_lanes(halves));
  assign depth    = bf16 ? lanes : (lanes << 1) - DepthWidth'(last_k && cmd_k[0]);

  assign cmd_done_o = cmd_valid_i && (!matmul || (sum_next_i && last));

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      begun_q <= 1'b0;
      row_q   <= '0;
    end else if (sum_next_i) begin
      begun_q <= !last;
      row_q   <= last_row ? 16'd0 : row_q + 16'd1;
    end
    if (sum_next_i) begin
      first_k_q <= first_k;
      n_left_q  <= n_left;
      k_left_q  <= k_left;
      base_q    <= base;
      addr_q    <= addr + 1'b1;
      if (last_row && last_k) begin
        first_k_q <= 1'b1;
        n_left_q  <= n_left - 16'(ArrayCols);
        k_left_q  <= cmd_lanes;
        base_q    <= base + acc_n;
        addr_q    <= base + acc_n;
      end else if (last_row) begin
        first_k_q <= 1'b0;
        k_left_q  <= k_left - f_tile_lanes(halves);
        addr_q    <= base;
      end
    end
  end

  assign m_ren_o   = sum_next_i && (!first_k || accumulate);
  assign m_raddr_o = addr;

  // The rows behind the request, stage s in bit or place s - 1: 1 reads, 2 to 4 add, 5 writes.
  localparam int Stages = 5;
  logic [Stages-1:0] valid_q, done_q;
  logic [3:0] fp_q, old_q;
  logic [Stages*AddrWidth-1:0] addrs_q;
  logic [Stages*ColsWidth-1:0] cols_q;
  logic [Stages*MacsWidth-1:0] row_macs_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_q <= '0;
      done_q  <= '0;
    end else begin
      valid_q <= {valid_q[Stages-2:0], sum_next_i};
      done_q  <= {done_q[Stages-2:0], cmd_done_o};
    end
    if (sum_next_i || valid_q != '0) begin
      fp_q       <= {fp_q[2:0], bf16 && m_ren_o};
      old_q      <= {old_q[2:0], m_ren_o};
      addrs_q    <= {addrs_q[(Stages-1)*AddrWidth-1:0], addr};
      cols_q     <= {cols_q[(Stages-1)*ColsWidth-1:0], cols};
      row_macs_q <= {row_macs_q[(Stages-1)*MacsWidth-1:0], MacsWidth'(cols) * MacsWidth'(depth)};
    end
  end

  // A sum that overwrites passes the adder as an integer that is added to zero.
  logic [3*Word-1:0] aligned_q;          // words: two significands and what else there is to know
  logic [2*Word-1:0] added_q;            // likewise, of one
  logic [Word-1:0] write_data_q;

  function automatic [3*Word-1:0] f_aligns(
      input fp, input old, input [Word-1:0] a, input [Word-1:0] b);
    logic [FpAlignedWidth-1:0] aligned;
    for (int c = 0; c < ArrayCols; c++) begin
      aligned = f_acc_add_align(fp, old ? a[c*32+:32] : 32'd0, b[c*32+:32]);
      f_aligns[c*32+:32]        = aligned[31:0];
      f_aligns[Word+c*32+:32]   = aligned[63:32];
      f_aligns[2*Word+c*32+:32] = {20'd0, aligned[75:64]};
    end
  endfunction

  always_ff @(posedge clk_i) begin
    if (valid_q[3]) write_data_q <= f_rounds({ArrayCols{fp_q[3]}}, added_q);
  end

  always_ff @(posedge clk_i) begin
    if (valid_q[2]) added_q <= f_sums(aligned_q);
  end

  always_ff @(posedge clk_i) begin
    if (valid_q[1]) aligned_q <= f_aligns(fp_q[1], old_q[1], m_rdata_i, sum_i);
  end

  // Write.
  logic write_valid;
  logic [AddrWidth-1:0] write_addr;
  logic [ArrayCols-1:0] write_mask;

  assign write_valid = valid_q[Stages-1];
  assign write_addr  = addrs_q[(Stages-1)*AddrWidth+:AddrWidth];

  for (genvar c = 0; c < ArrayCols; c++) begin : gen_mask
    assign write_mask[c] = ColsWidth'(c) < cols_q[(Stages-1)*ColsWidth+:ColsWidth];
  end

  assign m_wen_o   = write_valid;
  assign m_waddr_o = write_addr;
  assign m_wdata_o = write_data_q;
  assign m_wmask_o = write_mask;

  // Digest: each written lane, rotated by a hash of its address, and the MAC count.
  logic retire_q;
  logic [31:0] digest_q;
  logic [47:0] macs_q;

  logic [31:0] digest;
  logic [47:0] write_macs;

  assign write_macs = write_valid ? 48'(row_macs_q[(Stages-1)*MacsWidth+:MacsWidth]) : 48'd0;

  sth_digest #(.Lanes(ArrayCols), .MaskBits(1)) u_digest (
    .en_i    (write_valid),
    .lane_i  (15'({15'(write_addr), LaneWidth'(0)})),
    .data_i  (write_data_q),
    .mask_i  (write_mask),
    .digest_o(digest)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      retire_q <= 1'b0;
      digest_q <= '0;
      macs_q   <= '0;
    end else begin
      retire_q <= done_q[Stages-1];
      digest_q <= (retire_q ? 32'd0 : digest_q) ^ digest;
      macs_q   <= (retire_q ? 48'd0 : macs_q) + write_macs;
    end
  end

  assign retire_o = retire_q;
  assign digest_o = Events != 0 ? digest_q : '0;
  assign macs_o   = macs_q;

  // The stages share one command; each uses only its fields.
  logic unused;
  assign unused = &{1'b0, cmd_i, old_q[3:2]};

  // Sums come only for a command that is here, and its lanes and depth are inside the array.
  `STH_ASSERT(SumHasCommand, sum_next_i -> cmd_valid_i && matmul)
  `STH_ASSERT(TileInArray, sum_next_i -> cols != '0 && 32'(cols) <= ArrayCols &&
                           lanes != '0 && 32'(lanes) <= ArrayRows)

  // Whether a row that is read is still on its way to the memory.
  logic [Stages-1:0] on_its_way;
  for (genvar s = 0; s < Stages; s++) begin : gen_on_its_way
    assign on_its_way[s] = valid_q[s] && addrs_q[s*AddrWidth+:AddrWidth] == addr;
  end
  `STH_ASSERT(ReadsWritten, m_ren_o -> on_its_way == '0)

  initial if (STH_LAT_READ != 2) $error("sth_matrix_accumulate: READ differs from the pipeline");
endmodule

`default_nettype wire
