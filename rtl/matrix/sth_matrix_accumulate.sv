// Takes the sums that leave the array, row by row, and writes them to the
// accumulator: the first depth tile of a command overwrites (unless the
// command accumulates), the others add to what is there.
//
// Pipeline of a row: read (sum_next_i), add (the sums arrive), write; the
// command retires in the cycle after its last write.  A row that is still on
// its way to the memory is forwarded, so rows may repeat at any distance.
// Columns beyond N are not written.
//
// Multiply-accumulates are counted from what was written: valid columns times
// valid depth for each row, in all M * N * K.
`include "sth_assert.svh"
`default_nettype none

module sth_matrix_accumulate #(
  // Array size: powers of two, 4 to 512.
  parameter int ArrayRows = 16,
  parameter int ArrayCols = 16,
  // Rows of the accumulator: any number.
  parameter int AccRows = 1024,
  localparam int AddrWidth = $clog2(AccRows),
  localparam int LaneWidth = $clog2(ArrayCols)
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  // The command whose sums come next; done in the cycle of its last sum_next_i.
  input  logic                    cmd_valid_i,
  input  logic [           511:0] cmd_i,
  output logic                    cmd_done_o,

  // From the array: sum_i is valid in the cycle after sum_next_i.
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

  localparam int DepthWidth = $clog2(ArrayRows) + 1;
  localparam int ColsWidth = LaneWidth + 1;
  localparam int MacsWidth = DepthWidth + ColsWidth;

  // Fields of the command.
  logic matmul, bf16, accumulate;
  logic [15:0] cmd_m, cmd_n, cmd_k;
  logic [AddrWidth-1:0] cmd_acc, acc_n;

  assign matmul     = cmd_i[STH_ANY_OPCODE_LSB+:STH_ANY_OPCODE_WIDTH] ==
      STH_ANY_OPCODE_WIDTH'(STH_OP_MATMUL);
  assign bf16       = cmd_i[STH_MATMUL_BF16_LSB];
  assign accumulate = cmd_i[STH_MATMUL_ACCUMULATE_LSB];
  assign cmd_m      = cmd_i[STH_MATMUL_M_LSB+:16];
  assign cmd_n      = cmd_i[STH_MATMUL_N_LSB+:16];
  assign cmd_k      = cmd_i[STH_MATMUL_K_LSB+:16];
  assign cmd_acc    = cmd_i[STH_MATMUL_ACC_LSB+:AddrWidth];
  assign acc_n      = cmd_i[STH_MATMUL_ACC_N_LSB+:AddrWidth];

  // Walk; `begun_q` tells that the registers belong to this command.
  logic begun_q, first_k_q;
  logic [15:0] row_q, n_left_q, k_left_q, n_left, k_left;
  logic [AddrWidth-1:0] base_q, addr_q, base, addr;
  logic first_k, last_row, last_k, last_n, last;
  logic [ColsWidth-1:0] cols;
  logic [DepthWidth-1:0] depth;

  assign first_k  = !begun_q || first_k_q;
  assign n_left   = begun_q ? n_left_q : cmd_n;
  assign k_left   = begun_q ? k_left_q : cmd_k;
  assign base     = begun_q ? base_q : cmd_acc;
  assign addr     = begun_q ? addr_q : cmd_acc;
  assign last_row = row_q == cmd_m - 16'd1;
  assign last_k   = k_left <= 16'(ArrayRows);
  assign last_n   = n_left <= 16'(ArrayCols);
  assign last     = last_row && last_k && last_n;
  assign cols     = last_n ? n_left[ColsWidth-1:0] : ColsWidth'(ArrayCols);
  assign depth    = last_k ? k_left[DepthWidth-1:0] : DepthWidth'(ArrayRows);

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
        k_left_q  <= cmd_k;
        base_q    <= base + acc_n;
        addr_q    <= base + acc_n;
      end else if (last_row) begin
        first_k_q <= 1'b0;
        k_left_q  <= k_left - 16'(ArrayRows);
        addr_q    <= base;
      end
    end
  end

  assign m_ren_o   = sum_next_i && (!first_k || accumulate);
  assign m_raddr_o = addr;

  // Add stage.
  logic add_valid_q, add_done_q, add_bf16_q, add_old_q, hit1_q, hit2_q;
  logic [AddrWidth-1:0] add_addr_q;
  logic [ColsWidth-1:0] add_cols_q;
  logic [MacsWidth-1:0] add_macs_q;

  // Write stage, and the write before it.
  logic write_valid_q, write_done_q;
  logic [AddrWidth-1:0] write_addr_q;
  logic [ArrayCols*32-1:0] write_data_q, past_data_q;
  logic [ArrayCols-1:0] write_mask_q, past_mask_q, add_mask;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      add_valid_q   <= 1'b0;
      add_done_q    <= 1'b0;
      write_valid_q <= 1'b0;
      write_done_q  <= 1'b0;
    end else begin
      add_valid_q   <= sum_next_i;
      add_done_q    <= cmd_done_o;
      write_valid_q <= add_valid_q;
      write_done_q  <= add_done_q;
    end
    if (sum_next_i) begin
      add_bf16_q <= bf16;
      add_old_q  <= m_ren_o;
      add_addr_q <= addr;
      add_cols_q <= cols;
      add_macs_q <= MacsWidth'(cols) * MacsWidth'(depth);
      // The two rows before this one that the read cannot have seen.
      hit1_q     <= add_valid_q && add_addr_q == addr;
      hit2_q     <= write_valid_q && write_addr_q == addr;
    end
    if (add_valid_q) begin
      write_addr_q <= add_addr_q;
      write_mask_q <= add_mask;
    end
    if (write_valid_q) begin
      past_data_q <= write_data_q;
      past_mask_q <= write_mask_q;
    end
  end

  for (genvar c = 0; c < ArrayCols; c++) begin : gen_mask
    assign add_mask[c] = ColsWidth'(c) < add_cols_q;
  end

  // The lanes of `one` that `pick` selects, `other` elsewhere.
  function automatic [ArrayCols*32-1:0] f_merge(
      input [ArrayCols-1:0] pick, input [ArrayCols*32-1:0] one, input [ArrayCols*32-1:0] other);
    for (int c = 0; c < ArrayCols; c++) begin
      f_merge[c*32+:32] = pick[c] ? one[c*32+:32] : other[c*32+:32];
    end
  endfunction

  function automatic [ArrayCols*32-1:0] f_sums(
      input fp, input [ArrayCols*32-1:0] a, input [ArrayCols*32-1:0] b);
    for (int c = 0; c < ArrayCols; c++) begin
      f_sums[c*32+:32] = f_acc_add(fp, a[c*32+:32], b[c*32+:32]);
    end
  endfunction

  // What the accumulator holds but for writes on their way, the newest first.
  function automatic [ArrayCols*32-1:0] f_old(
      input hit1, input hit2, input [ArrayCols-1:0] mask1, input [ArrayCols*32-1:0] data1,
      input [ArrayCols-1:0] mask2, input [ArrayCols*32-1:0] data2,
      input [ArrayCols*32-1:0] read);
    f_old = read;
    if (hit2) f_old = f_merge(mask2, data2, f_old);
    if (hit1) f_old = f_merge(mask1, data1, f_old);
  endfunction

  always_ff @(posedge clk_i) begin
    if (add_valid_q) begin
      if (add_old_q) begin
        write_data_q <= f_sums(add_bf16_q, f_old(hit1_q, hit2_q, write_mask_q, write_data_q,
                                                 past_mask_q, past_data_q, m_rdata_i), sum_i);
      end else begin
        write_data_q <= sum_i;
      end
    end
  end

  assign m_wen_o   = write_valid_q;
  assign m_waddr_o = write_addr_q;
  assign m_wdata_o = write_data_q;
  assign m_wmask_o = write_mask_q;

  // Digest: each written lane, rotated by a hash of its address, and the MAC count.
  logic retire_q;
  logic [31:0] digest_q;
  logic [47:0] macs_q;
  logic [MacsWidth-1:0] write_macs_q;

  logic [31:0] digest;

  sth_digest #(.Lanes(ArrayCols), .MaskBits(1)) u_digest (
    .en_i    (write_valid_q),
    .lane_i  (15'({15'(write_addr_q), LaneWidth'(0)})),
    .data_i  (write_data_q),
    .mask_i  (write_mask_q),
    .digest_o(digest)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      retire_q <= 1'b0;
      digest_q <= '0;
      macs_q   <= '0;
    end else begin
      retire_q <= write_done_q;
      digest_q <= (retire_q ? 32'd0 : digest_q) ^ digest;
      macs_q   <= (retire_q ? 48'd0 : macs_q) + (write_valid_q ? 48'(write_macs_q) : 48'd0);
    end
    if (add_valid_q) write_macs_q <= add_macs_q;
  end

  assign retire_o = retire_q;
  assign digest_o = digest_q;
  assign macs_o   = macs_q;

  // The stages share one command; each uses only its fields.
  logic unused;
  assign unused = &{1'b0, cmd_i};

  // Sums come only for a command that is here, and its lanes and depth are inside the array.
  `STH_ASSERT(SumHasCommand, sum_next_i -> cmd_valid_i && matmul)
  `STH_ASSERT(TileInArray, sum_next_i -> cols != '0 && 32'(cols) <= ArrayCols &&
                           depth != '0 && 32'(depth) <= ArrayRows)
endmodule

`default_nettype wire
