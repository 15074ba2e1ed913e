// Accumulator memory: rows of ArrayCols 32-bit lanes, interleaved over banks.
//
// Row r lives in bank r % AccBanks.  The matrix port M is always served; the
// vector port V waits while M uses its bank in the same direction.  Reads and
// writes never conflict.  Read data is valid READ cycles after the grant, behind
// a register, and only then.  It does not add: the engines do.
`include "sth_assert.svh"
`default_nettype none

module sth_accumulator #(
  // Lanes of a row: a power of two, 4 to 512.
  parameter int ArrayCols = 16,
  // Capacity in bytes: any multiple of AccBanks * 4 * ArrayCols, at least two rows a bank, up to
  // 256 MiB.
  parameter int AccBytes = 65536,
  // Banks: a power of two, 2 to 64.
  parameter int AccBanks = 4,
  localparam int RowWidth = 32 * ArrayCols,
  localparam int Rows = AccBytes / (4 * ArrayCols),
  // Banks * rows of a bank: the row of a bank has $clog2(BankRows) bits above those of the bank.
  localparam int AddrWidth = $clog2(Rows)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  // Matrix engine.
  input  logic                 m_ren_i,
  input  logic [AddrWidth-1:0] m_raddr_i,
  output logic [RowWidth-1:0]  m_rdata_o,
  input  logic                 m_wen_i,
  input  logic [AddrWidth-1:0] m_waddr_i,
  input  logic [RowWidth-1:0]  m_wdata_i,
  input  logic [ArrayCols-1:0] m_wmask_i,

  // Vector engine.
  input  logic                 v_req_i,
  input  logic [AddrWidth-1:0] v_addr_i,
  output logic                 v_gnt_o,
  output logic [RowWidth-1:0]  v_rdata_o,
  input  logic                 v_wreq_i,
  input  logic [AddrWidth-1:0] v_waddr_i,
  input  logic [RowWidth-1:0]  v_wdata_i,
  input  logic [ArrayCols-1:0] v_wmask_i,
  output logic                 v_wgnt_o
);
  localparam int BankBits = $clog2(AccBanks);
  localparam int BankRows = Rows / AccBanks;
  localparam int BankAddrWidth = AddrWidth - BankBits;

  logic [BankBits-1:0] m_rbank, m_wbank, v_rbank, v_wbank;
  logic [BankBits-1:0] m_rbank_q, v_rbank_q;
  logic m_ren_q;
  logic v_read_q;  // V's data comes from its bank
  logic [RowWidth-1:0] v_rdata_q;
  logic [AccBanks*RowWidth-1:0] rdata;
  logic [AccBanks-1:0] two_readers, two_writers;  // which must never be

  assign m_rbank = m_raddr_i[BankBits-1:0];
  assign m_wbank = m_waddr_i[BankBits-1:0];
  assign v_rbank = v_addr_i[BankBits-1:0];
  assign v_wbank = v_waddr_i[BankBits-1:0];

  assign v_gnt_o  = v_req_i && !(m_ren_i && m_rbank == v_rbank);
  assign v_wgnt_o = v_wreq_i && !(m_wen_i && m_wbank == v_wbank);

  for (genvar b = 0; b < AccBanks; b++) begin : gen_bank
    logic m_read, v_read, m_write, v_write;
    logic [BankAddrWidth-1:0] raddr, waddr;

    assign m_read  = m_ren_i && m_rbank == BankBits'(b);
    assign v_read  = v_gnt_o && v_rbank == BankBits'(b);
    assign m_write = m_wen_i && m_wbank == BankBits'(b);
    assign v_write = v_wgnt_o && v_wbank == BankBits'(b);
    assign raddr   = m_read ? m_raddr_i[AddrWidth-1:BankBits] : v_addr_i[AddrWidth-1:BankBits];
    assign waddr   = m_write ? m_waddr_i[AddrWidth-1:BankBits] : v_waddr_i[AddrWidth-1:BankBits];

    sth_sram_1r1w #(
      .Width    (RowWidth),
      .Depth    (BankRows),
      .MaskWidth(ArrayCols)
    ) u_sram (
      .clk_i,
      .ren_i  (m_read || v_read),
      .raddr_i(raddr),
      .rdata_o(rdata[b*RowWidth+:RowWidth]),
      .wen_i  (m_write || v_write),
      .waddr_i(waddr),
      .wdata_i(m_write ? m_wdata_i : v_wdata_i),
      .wmask_i(m_write ? m_wmask_i : v_wmask_i)
    );

    assign two_readers[b] = m_read && v_read;
    assign two_writers[b] = m_write && v_write;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      m_ren_q   <= 1'b0;
      m_rbank_q <= '0;
      v_rbank_q <= '0;
      v_read_q  <= 1'b0;
    end else begin
      m_ren_q <= m_ren_i;
      v_read_q <= v_gnt_o;
      if (m_ren_i) m_rbank_q <= m_rbank;
      if (v_gnt_o) v_rbank_q <= v_rbank;
    end
    if (m_ren_q) m_rdata_o <= rdata[m_rbank_q*RowWidth+:RowWidth];
  end

  always_ff @(posedge clk_i) begin
    if (v_read_q) v_rdata_q <= rdata[v_rbank_q*RowWidth+:RowWidth];
  end

  assign v_rdata_o = v_rdata_q;

  `STH_ASSERT(OneReader, two_readers == '0)
  `STH_ASSERT(OneWriter, two_writers == '0)
  `STH_ASSERT(ReadsInside, !(m_ren_i && 32'(m_raddr_i) >= Rows) &&
                           !(v_req_i && 32'(v_addr_i) >= Rows))
  `STH_ASSERT(WritesInside, !(m_wen_i && 32'(m_waddr_i) >= Rows) &&
                            !(v_wreq_i && 32'(v_waddr_i) >= Rows))

  initial begin
    if (ArrayCols < 4 || ArrayCols > 512 || (ArrayCols & (ArrayCols - 1)) != 0)
      $error("sth_accumulator: ArrayCols must be a power of two from 4 to 512");
    if (AccBanks < 2 || AccBanks > 64 || (AccBanks & (AccBanks - 1)) != 0)
      $error("sth_accumulator: AccBanks must be a power of two from 2 to 64");
    if (BankRows < 2 || AccBytes % (4 * ArrayCols * AccBanks) != 0 || AccBytes > 1 << 28)
      $error("sth_accumulator: AccBytes must give each bank a whole number of rows >= 2");
  end
endmodule

`default_nettype wire
