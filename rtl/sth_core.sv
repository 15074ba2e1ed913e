// The core: front end, four engines, scratchpad and accumulator.
//
// One AXI4 master (8-bit ID, 40-bit address) for memory, one AXI4-Lite slave
// for registers, one level interrupt, one event port that tells of each
// retirement.  A reset clears what decides whether data counts: valid bits,
// counts, states.  Memories and data on their way through a pipeline keep what
// they hold.  This module only wires: it holds no logic but the cycle counter.
//
// AXI: every output comes from a register.  INCR bursts of whole bus words; AxSIZE has a fourth bit
// so that a bus of 256 bytes or more has a code (8 to 11).  IDs: loads and stores use their slot
// numbers, command fetch 0x80.

`include "sth_assert.svh"
`default_nettype none

module sth_core #(
  // 1, for co-simulation: the event port tells of each retirement.  0: it is silent, and what only
  // it reads is no hardware.  Software cannot tell, so it is no capability.
  parameter int Events = 0,
  // ArrayRows to VectorShare, CfgHash, and Caps, the vector of all.
  `include "sth_params.svh"
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  output logic                  irq_o,

  // AXI4 master: writes.
  output logic                  m_axi_awvalid_o,
  input  logic                  m_axi_awready_i,
  output logic [7:0]            m_axi_awid_o,
  output logic [39:0]           m_axi_awaddr_o,
  output logic [7:0]            m_axi_awlen_o,
  output logic [3:0]            m_axi_awsize_o,
  output logic [1:0]            m_axi_awburst_o,
  output logic                  m_axi_awlock_o,
  output logic [3:0]            m_axi_awcache_o, m_axi_awqos_o, m_axi_awregion_o,
  output logic [2:0]            m_axi_awprot_o,
  output logic                  m_axi_wvalid_o,
  input  logic                  m_axi_wready_i,
  output logic [8*BusBytes-1:0] m_axi_wdata_o,
  output logic [BusBytes-1:0]   m_axi_wstrb_o,
  output logic                  m_axi_wlast_o,
  input  logic                  m_axi_bvalid_i,
  output logic                  m_axi_bready_o,
  input  logic [7:0]            m_axi_bid_i,
  input  logic [1:0]            m_axi_bresp_i,
  // AXI4 master: reads.
  output logic                  m_axi_arvalid_o,
  input  logic                  m_axi_arready_i,
  output logic [7:0]            m_axi_arid_o,
  output logic [39:0]           m_axi_araddr_o,
  output logic [7:0]            m_axi_arlen_o,
  output logic [3:0]            m_axi_arsize_o,
  output logic [1:0]            m_axi_arburst_o,
  output logic                  m_axi_arlock_o,
  output logic [3:0]            m_axi_arcache_o, m_axi_arqos_o, m_axi_arregion_o,
  output logic [2:0]            m_axi_arprot_o,
  input  logic                  m_axi_rvalid_i,
  output logic                  m_axi_rready_o,
  input  logic [7:0]            m_axi_rid_i,
  input  logic [8*BusBytes-1:0] m_axi_rdata_i,
  input  logic [1:0]            m_axi_rresp_i,
  input  logic                  m_axi_rlast_i,

  // AXI4-Lite slave.
  input  logic                  s_axil_awvalid_i,
  output logic                  s_axil_awready_o,
  input  logic [11:0]           s_axil_awaddr_i,
  input  logic                  s_axil_wvalid_i,
  output logic                  s_axil_wready_o,
  input  logic [31:0]           s_axil_wdata_i,
  input  logic [3:0]            s_axil_wstrb_i,
  output logic                  s_axil_bvalid_o,
  input  logic                  s_axil_bready_i,
  output logic [1:0]            s_axil_bresp_o,
  input  logic                  s_axil_arvalid_i,
  output logic                  s_axil_arready_o,
  input  logic [11:0]           s_axil_araddr_i,
  output logic                  s_axil_rvalid_o,
  input  logic                  s_axil_rready_i,
  output logic [31:0]           s_axil_rdata_o,
  output logic [1:0]            s_axil_rresp_o,

  // Events: lane e is engine e; a retirement ends in cycle_o.
  output logic [63:0]           cycle_o,
  output logic [3:0]            event_valid_o,
  output logic [127:0]          event_index_o,
  output logic [255:0]          event_start_o,
  output logic [127:0]          event_digest_o
);

  `include "sth_spec.svh"

  localparam int WordBytes = 2 * ArrayRows > 4 * ArrayCols ? 2 * ArrayRows : 4 * ArrayCols;
  localparam int AccAddrWidth = $clog2(AccBytes / (4 * ArrayCols));

  localparam int Load = STH_ENGINE_LOAD, Matrix = STH_ENGINE_MATRIX;
  localparam int Vector = STH_ENGINE_VECTOR, Store = STH_ENGINE_STORE;

  logic [63:0] cycle_q;
  logic        rst_n, rst_next_n, core_rst_n, drain, load_idle, store_idle;

  sth_reset_sync u_reset (.clk_i, .rst_ni, .rst_next_no(rst_next_n), .rst_no(rst_n));

  always_ff @(posedge clk_i) begin
    if (!rst_n || Events == 0) cycle_q <= '0;
    else cycle_q <= cycle_q + 64'd1;
  end

  // Commands and retirements, engine 0 lowest.
  logic [3:0]    cmd_valid, cmd_ready, busy, retire_valid, retire_irq;
  logic [2047:0] cmd;
  logic [127:0]  cmd_index, retire_index, retire_digest;
  logic [63:0]   retire_post;
  logic [255:0]  retire_start;
  logic          load_error, store_error;
  logic [39:0]   load_error_addr, store_error_addr;

  // Engines sleep between commands.
  for (genvar e = 0; e < 4; e++) begin : gen_clock
    logic clk;

    sth_engine_clock u_clock (
      .clk_i      (clk_i),
      .rst_ni     (core_rst_n),
      .cmd_valid_i(cmd_valid[e]),
      .busy_i     (busy[e]),
      .clk_o      (clk)
    );
  end

  // Counted by the front end.
  logic        stream, weight_stall, vector_stall, load_stall, store_stall;
  logic [47:0] macs, load_bytes, store_bytes;

  // Read channels of fetch and load.
  logic                  f_ar_valid, f_ar_ready, f_r_valid, f_r_ready;
  logic                  l_ar_valid, l_ar_ready, l_r_valid, l_r_ready;
  logic [39:0]           f_ar_addr, l_ar_addr;
  logic [7:0]            f_ar_len, l_ar_len, l_ar_id, l_r_id;
  logic [8*BusBytes-1:0] l_r_data;
  logic [1:0]            l_r_resp;
  logic                  l_r_last;

  sth_front #(
    .ArrayRows (ArrayRows),
    .ArrayCols (ArrayCols),
    .SpBytes   (SpBytes),
    .AccBytes  (AccBytes),
    .DataTypes (DataTypes),
    .BusBytes  (BusBytes),
    .QueueDepth(QueueDepth),
    .FetchDepth(FetchDepth),
    .CapWords  (CapWords),
    .Caps      (Caps)
  ) u_front (
    .clk_i             (clk_i),
    .rst_ni            (rst_n), .rst_next_ni(rst_next_n),
    .core_rst_no       (core_rst_n),
    .irq_o             (irq_o),
    .s_axil_awvalid_i, .s_axil_awready_o, .s_axil_awaddr_i,
    .s_axil_wvalid_i, .s_axil_wready_o, .s_axil_wdata_i, .s_axil_wstrb_i,
    .s_axil_bvalid_o, .s_axil_bready_i, .s_axil_bresp_o,
    .s_axil_arvalid_i, .s_axil_arready_o, .s_axil_araddr_i,
    .s_axil_rvalid_o, .s_axil_rready_i, .s_axil_rdata_o, .s_axil_rresp_o,
    .ar_valid_o        (f_ar_valid),
    .ar_ready_i        (f_ar_ready),
    .ar_addr_o         (f_ar_addr),
    .ar_len_o          (f_ar_len),
    .r_valid_i         (f_r_valid),
    .r_ready_o         (f_r_ready),
    .r_data_i          (m_axi_rdata_i),
    .r_resp_i          (m_axi_rresp_i),
    .r_last_i          (m_axi_rlast_i),
    .cmd_valid_o       (cmd_valid),
    .cmd_ready_i       (cmd_ready),
    .cmd_o             (cmd),
    .cmd_index_o       (cmd_index),
    .retire_valid_i    (retire_valid),
    .retire_index_i    (retire_index),
    .retire_post_i     (retire_post),
    .retire_irq_i      (retire_irq),
    .load_error_i      (load_error),
    .load_error_addr_i (load_error_addr),
    .store_error_i     (store_error),
    .store_error_addr_i(store_error_addr),
    .drain_o           (drain),
    .engines_idle_i    (load_idle && store_idle),
    .engine_busy_i     (busy),
    .stream_i          (stream),
    .weight_stall_i    (weight_stall),
    .vector_stall_i    (vector_stall),
    .load_stall_i      (load_stall),
    .store_stall_i     (store_stall),
    .macs_i            (macs),
    .load_bytes_i      (load_bytes),
    .store_bytes_i     (store_bytes)
  );

  sth_axi_read_mux #(.BusBytes(BusBytes)) u_read_mux (
    .clk_i       (clk_i),
    .rst_ni      (core_rst_n),
    .f_ar_valid_i(f_ar_valid),
    .f_ar_ready_o(f_ar_ready),
    .f_ar_addr_i (f_ar_addr),
    .f_ar_len_i  (f_ar_len),
    .f_r_valid_o (f_r_valid),
    .f_r_ready_i (f_r_ready),
    .l_ar_valid_i(l_ar_valid),
    .l_ar_ready_o(l_ar_ready),
    .l_ar_id_i   (l_ar_id),
    .l_ar_addr_i (l_ar_addr),
    .l_ar_len_i  (l_ar_len),
    .l_r_valid_o (l_r_valid),
    .l_r_ready_i (l_r_ready),
    .l_r_id_o    (l_r_id),
    .l_r_data_o  (l_r_data),
    .l_r_resp_o  (l_r_resp),
    .l_r_last_o  (l_r_last),
    .ar_valid_o  (m_axi_arvalid_o),
    .ar_ready_i  (m_axi_arready_i),
    .ar_id_o     (m_axi_arid_o),
    .ar_addr_o   (m_axi_araddr_o),
    .ar_len_o    (m_axi_arlen_o),
    .r_valid_i   (m_axi_rvalid_i),
    .r_ready_o   (m_axi_rready_o),
    .r_id_i      (m_axi_rid_i),
    .r_data_i    (m_axi_rdata_i),
    .r_resp_i    (m_axi_rresp_i),
    .r_last_i    (m_axi_rlast_i)
  );

  // What all addresses have in common.
  localparam logic [21:0] AxKind = {4'($clog2(BusBytes)), 2'(STH_AXI_BURST), 1'(STH_AXI_LOCK),
                                    4'(STH_AXI_CACHE), 3'(STH_AXI_PROT), 4'(STH_AXI_QOS),
                                    4'(STH_AXI_REGION)};

  assign {m_axi_awsize_o, m_axi_awburst_o, m_axi_awlock_o, m_axi_awcache_o, m_axi_awprot_o,
          m_axi_awqos_o, m_axi_awregion_o} = AxKind;
  assign {m_axi_arsize_o, m_axi_arburst_o, m_axi_arlock_o, m_axi_arcache_o, m_axi_arprot_o,
          m_axi_arqos_o, m_axi_arregion_o} = AxKind;

  // Scratchpad ports: a, w matrix; v vector; s store; l load.
  logic                    sp_a_req, sp_w_req, sp_v_req, sp_s_req, sp_v_wreq, sp_l_req;
  logic                    sp_a_gnt, sp_w_gnt, sp_v_gnt, sp_s_gnt, sp_v_wgnt, sp_l_gnt;
  logic                    sp_s_two, sp_l_two;
  logic [27:0]             sp_a_addr, sp_w_addr, sp_v_addr, sp_s_addr, sp_v_waddr, sp_l_addr;
  logic [8*WordBytes-1:0]  sp_a_rdata, sp_w_rdata, sp_v_rdata, sp_v_wdata;
  logic [16*WordBytes-1:0] sp_l_data;
  logic [16*BusBytes-1:0]  sp_s_rdata;
  logic [WordBytes-1:0]    sp_v_wmask;
  logic [2*WordBytes-1:0]  sp_l_mask;

  sth_scratchpad #(
    .SpBytes  (SpBytes),
    .SpBanks  (SpBanks),
    .WordBytes(WordBytes),
    .BusBytes (BusBytes)
  ) u_scratchpad (
    .clk_i    (clk_i),
    .rst_ni   (core_rst_n),
    .a_req_i  (sp_a_req),
    .a_addr_i (sp_a_addr),
    .a_gnt_o  (sp_a_gnt),
    .a_rdata_o(sp_a_rdata),
    .w_req_i  (sp_w_req),
    .w_addr_i (sp_w_addr),
    .w_gnt_o  (sp_w_gnt),
    .w_rdata_o(sp_w_rdata),
    .v_req_i  (sp_v_req),
    .v_addr_i (sp_v_addr),
    .v_gnt_o  (sp_v_gnt),
    .v_rdata_o(sp_v_rdata),
    .s_req_i  (sp_s_req),
    .s_addr_i (sp_s_addr),
    .s_two_i  (sp_s_two),
    .s_gnt_o  (sp_s_gnt),
    .s_rdata_o(sp_s_rdata),
    .v_wreq_i (sp_v_wreq),
    .v_waddr_i(sp_v_waddr),
    .v_wdata_i(sp_v_wdata),
    .v_wmask_i(sp_v_wmask),
    .v_wgnt_o (sp_v_wgnt),
    .l_req_i  (sp_l_req),
    .l_addr_i (sp_l_addr),
    .l_two_i  (sp_l_two),
    .l_data_i (sp_l_data),
    .l_mask_i (sp_l_mask),
    .l_gnt_o  (sp_l_gnt)
  );

  // Accumulator ports: m matrix, v vector.
  logic                    acc_m_ren, acc_m_wen, acc_v_req, acc_v_gnt, acc_v_wreq, acc_v_wgnt;
  logic [AccAddrWidth-1:0] acc_m_raddr, acc_m_waddr;
  logic [27:0]             acc_v_addr, acc_v_waddr;
  logic [32*ArrayCols-1:0] acc_m_rdata, acc_m_wdata, acc_v_rdata, acc_v_wdata;
  logic [ArrayCols-1:0]    acc_m_wmask, acc_v_wmask;

  sth_accumulator #(
    .ArrayCols(ArrayCols),
    .AccBytes (AccBytes),
    .AccBanks (AccBanks)
  ) u_accumulator (
    .clk_i    (clk_i),
    .rst_ni   (core_rst_n),
    .m_ren_i  (acc_m_ren),
    .m_raddr_i(acc_m_raddr),
    .m_rdata_o(acc_m_rdata),
    .m_wen_i  (acc_m_wen),
    .m_waddr_i(acc_m_waddr),
    .m_wdata_i(acc_m_wdata),
    .m_wmask_i(acc_m_wmask),
    .v_req_i  (acc_v_req),
    .v_addr_i (acc_v_addr[AccAddrWidth-1:0]),
    .v_gnt_o  (acc_v_gnt),
    .v_rdata_o(acc_v_rdata),
    .v_wreq_i (acc_v_wreq),
    .v_waddr_i(acc_v_waddr[AccAddrWidth-1:0]),
    .v_wdata_i(acc_v_wdata),
    .v_wmask_i(acc_v_wmask),
    .v_wgnt_o (acc_v_wgnt)
  );

  sth_load #(
    .BusBytes(BusBytes), .WordBytes(WordBytes), .LoadSlots(LoadSlots), .Events(Events)
  ) u_load (
    .clk_i              (gen_clock[Load].clk),
    .rst_ni             (core_rst_n),
    .cycle_i            (cycle_q),
    .drain_i            (drain),
    .idle_o             (load_idle),
    .busy_o             (busy[Load]),
    .cmd_valid_i        (cmd_valid[Load]),
    .cmd_ready_o        (cmd_ready[Load]),
    .cmd_i              (cmd[512 * Load +: 512]),
    .cmd_index_i        (cmd_index[32 * Load +: 32]),
    .retire_valid_o     (retire_valid[Load]),
    .retire_index_o     (retire_index[32 * Load +: 32]),
    .retire_post_o      (retire_post[16 * Load +: 16]),
    .retire_irq_o       (retire_irq[Load]),
    .retire_start_o     (retire_start[64 * Load +: 64]),
    .retire_digest_o    (retire_digest[32 * Load +: 32]),
    .retire_error_o     (load_error),
    .retire_error_addr_o(load_error_addr),
    .retire_bytes_o     (load_bytes),
    .bank_stall_o       (load_stall),
    .ar_valid_o         (l_ar_valid),
    .ar_ready_i         (l_ar_ready),
    .ar_id_o            (l_ar_id),
    .ar_addr_o          (l_ar_addr),
    .ar_len_o           (l_ar_len),
    .r_valid_i          (l_r_valid),
    .r_ready_o          (l_r_ready),
    .r_id_i             (l_r_id),
    .r_data_i           (l_r_data),
    .r_resp_i           (l_r_resp),
    .r_last_i           (l_r_last),
    .l_req_o            (sp_l_req),
    .l_addr_o           (sp_l_addr),
    .l_two_o            (sp_l_two),
    .l_data_o           (sp_l_data),
    .l_mask_o           (sp_l_mask),
    .l_gnt_i            (sp_l_gnt)
  );

  sth_matrix #(
    .ArrayRows(ArrayRows), .ArrayCols(ArrayCols), .AccBytes(AccBytes), .DataTypes(DataTypes),
    .Events(Events)
  ) u_matrix (
    .clk_i          (gen_clock[Matrix].clk),
    .rst_ni         (core_rst_n),
    .cycle_i        (cycle_q),
    .cmd_valid_i    (cmd_valid[Matrix]),
    .cmd_ready_o    (cmd_ready[Matrix]),
    .cmd_i          (cmd[512 * Matrix +: 512]),
    .cmd_index_i    (cmd_index[32 * Matrix +: 32]),
    .retire_valid_o (retire_valid[Matrix]),
    .retire_index_o (retire_index[32 * Matrix +: 32]),
    .retire_post_o  (retire_post[16 * Matrix +: 16]),
    .retire_irq_o   (retire_irq[Matrix]),
    .retire_start_o (retire_start[64 * Matrix +: 64]),
    .retire_digest_o(retire_digest[32 * Matrix +: 32]),
    .busy_o         (busy[Matrix]),
    .stream_o       (stream),
    .weight_stall_o (weight_stall),
    .macs_o         (macs),
    .a_req_o        (sp_a_req),
    .a_addr_o       (sp_a_addr),
    .a_rdata_i      (sp_a_rdata),
    .w_req_o        (sp_w_req),
    .w_addr_o       (sp_w_addr),
    .w_gnt_i        (sp_w_gnt),
    .w_rdata_i      (sp_w_rdata),
    .m_ren_o        (acc_m_ren),
    .m_raddr_o      (acc_m_raddr),
    .m_rdata_i      (acc_m_rdata),
    .m_wen_o        (acc_m_wen),
    .m_waddr_o      (acc_m_waddr),
    .m_wdata_o      (acc_m_wdata),
    .m_wmask_o      (acc_m_wmask)
  );

  sth_vector #(
    .ArrayCols(ArrayCols), .VectorLanes(VectorLanes), .VectorShare(VectorShare),
    .WordBytes(WordBytes), .Events(Events)
  ) u_vector (
    .clk_i(gen_clock[Vector].clk),
    .rst_ni(core_rst_n),
    .cycle_i(cycle_q),
    .cmd_valid_i(cmd_valid[Vector]), .cmd_ready_o(cmd_ready[Vector]),
    .cmd_i(cmd[512 * Vector +: 512]), .cmd_index_i(cmd_index[32 * Vector +: 32]),
    .retire_valid_o(retire_valid[Vector]), .retire_index_o(retire_index[32 * Vector +: 32]),
    .retire_post_o(retire_post[16 * Vector +: 16]), .retire_irq_o(retire_irq[Vector]),
    .retire_start_o(retire_start[64 * Vector +: 64]),
    .retire_digest_o(retire_digest[32 * Vector +: 32]),
    .busy_o(busy[Vector]),
    .bank_stall_o(vector_stall),
    .sp_req_o(sp_v_req), .sp_addr_o(sp_v_addr), .sp_gnt_i(sp_v_gnt), .sp_rdata_i(sp_v_rdata),
    .sp_wreq_o(sp_v_wreq), .sp_waddr_o(sp_v_waddr), .sp_wdata_o(sp_v_wdata),
    .sp_wmask_o(sp_v_wmask), .sp_wgnt_i(sp_v_wgnt),
    .acc_req_o(acc_v_req), .acc_addr_o(acc_v_addr), .acc_gnt_i(acc_v_gnt),
    .acc_rdata_i(acc_v_rdata), .acc_wreq_o(acc_v_wreq), .acc_waddr_o(acc_v_waddr),
    .acc_wdata_o(acc_v_wdata), .acc_wmask_o(acc_v_wmask), .acc_wgnt_i(acc_v_wgnt)
  );

  sth_store #(
    .BusBytes(BusBytes), .WordBytes(WordBytes), .StoreSlots(StoreSlots), .Events(Events)
  ) u_store (
    .clk_i              (gen_clock[Store].clk),
    .rst_ni             (core_rst_n),
    .cycle_i            (cycle_q),
    .drain_i            (drain),
    .idle_o             (store_idle),
    .busy_o             (busy[Store]),
    .cmd_valid_i        (cmd_valid[Store]),
    .cmd_ready_o        (cmd_ready[Store]),
    .cmd_i              (cmd[512 * Store +: 512]),
    .cmd_index_i        (cmd_index[32 * Store +: 32]),
    .retire_valid_o     (retire_valid[Store]),
    .retire_index_o     (retire_index[32 * Store +: 32]),
    .retire_post_o      (retire_post[16 * Store +: 16]),
    .retire_irq_o       (retire_irq[Store]),
    .retire_start_o     (retire_start[64 * Store +: 64]),
    .retire_digest_o    (retire_digest[32 * Store +: 32]),
    .retire_error_o     (store_error),
    .retire_error_addr_o(store_error_addr),
    .retire_bytes_o     (store_bytes),
    .bank_stall_o       (store_stall),
    .aw_valid_o         (m_axi_awvalid_o),
    .aw_ready_i         (m_axi_awready_i),
    .aw_id_o            (m_axi_awid_o),
    .aw_addr_o          (m_axi_awaddr_o),
    .aw_len_o           (m_axi_awlen_o),
    .w_valid_o          (m_axi_wvalid_o),
    .w_ready_i          (m_axi_wready_i),
    .w_data_o           (m_axi_wdata_o),
    .w_strb_o           (m_axi_wstrb_o),
    .w_last_o           (m_axi_wlast_o),
    .b_valid_i          (m_axi_bvalid_i),
    .b_ready_o          (m_axi_bready_o),
    .b_id_i             (m_axi_bid_i),
    .b_resp_i           (m_axi_bresp_i),
    .s_req_o            (sp_s_req),
    .s_addr_o           (sp_s_addr),
    .s_two_o            (sp_s_two),
    .s_gnt_i            (sp_s_gnt),
    .s_rdata_i          (sp_s_rdata)
  );

  // A command that ends in a bus error is no event.
  assign event_valid_o = Events == 0 ? '0 : retire_valid &
                         ~((4'(load_error) << Load) | (4'(store_error) << Store));
  assign event_index_o = Events == 0 ? '0 : retire_index;
  assign event_start_o = retire_start;
  assign event_digest_o = retire_digest;
  assign cycle_o = cycle_q;

  // Activation reads have the highest priority; the decoder keeps accumulator rows in range.
  logic unused;
  assign unused = ^{sp_a_gnt, acc_v_addr, acc_v_waddr};

  // The rules of params.def: limits and powers of two for each row, then those that join rows.
  for (genvar i = 0; i < STH_PARAM_COUNT; i++) begin : gen_param
    localparam logic [31:0] Value = Caps[32 * i +: 32];
    `STH_ASSERT_INIT(InRange, Value >= STH_PARAM_MIN[32 * i +: 32] &&
                              Value <= STH_PARAM_MAX[32 * i +: 32])
    `STH_ASSERT_INIT(PowerOfTwo, !STH_PARAM_POWER[32 * i] || (Value & (Value - 32'd1)) == '0)
  end
  `STH_ASSERT_INIT(BusWithinWord, BusBytes <= WordBytes)
  `STH_ASSERT_INIT(SpRowsOfBanks, SpBytes % (SpBanks * WordBytes) == 0 &&
                                  SpBytes >= 2 * SpBanks * WordBytes)
  `STH_ASSERT_INIT(AccRowsOfBanks, AccBytes % (4 * AccBanks * ArrayCols) == 0 &&
                                   AccBytes >= 8 * AccBanks * ArrayCols)
  `STH_ASSERT_INIT(LanesOfCols, ArrayCols == VectorLanes || ArrayCols == 2 * VectorLanes ||
                                ArrayCols == 4 * VectorLanes)

endmodule

`default_nettype wire
