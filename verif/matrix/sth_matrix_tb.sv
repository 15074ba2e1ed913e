// The matrix engine with a real accumulator; the scratchpad is the testbench's.
`default_nettype none

module sth_matrix_tb #(
  parameter int ArrayRows = 16,
  parameter int ArrayCols = 16,
  parameter int AccBytes = 16384,
  localparam int WordBytes = (2 * ArrayRows > 4 * ArrayCols) ? 2 * ArrayRows : 4 * ArrayCols,
  localparam int AddrWidth = $clog2(AccBytes / (4 * ArrayCols))
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic [            63:0] cycle_i,
  input  logic                    cmd_valid_i,
  output logic                    cmd_ready_o,
  input  logic [           511:0] cmd_i,
  input  logic [            31:0] cmd_index_i,
  output logic                    retire_valid_o,
  output logic [            31:0] retire_index_o,
  output logic [            15:0] retire_post_o,
  output logic                    retire_irq_o,
  output logic [            63:0] retire_start_o,
  output logic [            31:0] retire_digest_o,
  output logic                    busy_o,
  output logic                    stream_o,
  output logic                    weight_stall_o,
  output logic [            47:0] macs_o,
  output logic                    a_req_o,
  output logic [            27:0] a_addr_o,
  input  logic [ 8*WordBytes-1:0] a_rdata_i,
  output logic                    w_req_o,
  output logic [            27:0] w_addr_o,
  input  logic                    w_gnt_i,
  input  logic [ 8*WordBytes-1:0] w_rdata_i,
  input  logic                    v_req_i,
  input  logic [   AddrWidth-1:0] v_addr_i,
  output logic                    v_gnt_o,
  output logic [ArrayCols*32-1:0] v_rdata_o,
  input  logic                    v_wreq_i,
  input  logic [   AddrWidth-1:0] v_waddr_i,
  input  logic [ArrayCols*32-1:0] v_wdata_i,
  input  logic [   ArrayCols-1:0] v_wmask_i,
  output logic                    v_wgnt_o
);
  logic m_ren, m_wen;
  logic [AddrWidth-1:0] m_raddr, m_waddr;
  logic [ArrayCols*32-1:0] m_rdata, m_wdata;
  logic [ArrayCols-1:0] m_wmask;

  sth_matrix #(
    .ArrayRows(ArrayRows), .ArrayCols(ArrayCols), .AccBytes(AccBytes), .Events(1)
  ) u_matrix (
    .clk_i,
    .rst_ni,
    .cycle_i,
    .cmd_valid_i,
    .cmd_ready_o,
    .cmd_i,
    .cmd_index_i,
    .retire_valid_o,
    .retire_index_o,
    .retire_post_o,
    .retire_irq_o,
    .retire_start_o,
    .retire_digest_o,
    .busy_o,
    .stream_o,
    .weight_stall_o,
    .macs_o,
    .a_req_o,
    .a_addr_o,
    .a_rdata_i,
    .w_req_o,
    .w_addr_o,
    .w_gnt_i,
    .w_rdata_i,
    .m_ren_o  (m_ren),
    .m_raddr_o(m_raddr),
    .m_rdata_i(m_rdata),
    .m_wen_o  (m_wen),
    .m_waddr_o(m_waddr),
    .m_wdata_o(m_wdata),
    .m_wmask_o(m_wmask)
  );

  sth_accumulator #(
    .ArrayCols(ArrayCols), .AccBytes(AccBytes), .AccBanks(4)
  ) u_accumulator (
    .clk_i,
    .rst_ni,
    .m_ren_i  (m_ren),
    .m_raddr_i(m_raddr),
    .m_rdata_o(m_rdata),
    .m_wen_i  (m_wen),
    .m_waddr_i(m_waddr),
    .m_wdata_i(m_wdata),
    .m_wmask_i(m_wmask),
    .v_req_i,
    .v_addr_i,
    .v_gnt_o,
    .v_rdata_o,
    .v_wreq_i,
    .v_waddr_i,
    .v_wdata_i,
    .v_wmask_i,
    .v_wgnt_o
  );
endmodule

`default_nettype wire
