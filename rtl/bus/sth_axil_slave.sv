// AXI4-Lite slave protocol: turns bus accesses into one-cycle strobes.
//
// Every output of the bus comes from a register; valid signals are low from power-up in simulation,
// ready signals in reset: an access offered while the end of the reset is on its way in waits.
// Strobes mean nothing in reset.
// A write takes its address and its data in any order; wr_en_o is high one cycle after the later of
// them at the earliest, and the response follows one cycle later.  A read's rd_en_o follows its
// address by one cycle, in which its data is sampled, and the data is on the bus one cycle later.
// One access of each direction at a time; every response is OKAY.  It holds no register of the core
// and knows no address.

`include "sth_assert.svh"
`default_nettype none

module sth_axil_slave (
  input  logic        clk_i,
  input  logic        rst_ni,
  // rst_ni after the next edge.
  input  logic        rst_next_ni,
  input  logic        s_axil_awvalid_i,
  output logic        s_axil_awready_o,
  input  logic [11:0] s_axil_awaddr_i,
  input  logic        s_axil_wvalid_i,
  output logic        s_axil_wready_o,
  input  logic [31:0] s_axil_wdata_i,
  input  logic [3:0]  s_axil_wstrb_i,
  output logic        s_axil_bvalid_o,
  input  logic        s_axil_bready_i,
  output logic [1:0]  s_axil_bresp_o,
  input  logic        s_axil_arvalid_i,
  output logic        s_axil_arready_o,
  input  logic [11:0] s_axil_araddr_i,
  output logic        s_axil_rvalid_o,
  input  logic        s_axil_rready_i,
  output logic [31:0] s_axil_rdata_o,
  output logic [1:0]  s_axil_rresp_o,
  // Word addresses.
  output logic        wr_en_o,
  output logic [9:0]  wr_word_o,
  output logic [31:0] wr_data_o,
  output logic [3:0]  wr_strb_o,
  output logic        rd_en_o,
  output logic [9:0]  rd_word_o,
  input  logic [31:0] rd_data_i
);

  // Ready to take, and the complement of what was taken and waits.
  logic        awready_q = 1'b0;
  logic        wready_q = 1'b0;
  logic        arready_q = 1'b0;
  logic        bvalid_q = 1'b0;
  logic        rvalid_q = 1'b0;
  logic [9:0]  waddr_q, raddr_q;
  logic [31:0] wdata_q, rdata_q;
  logic [3:0]  wstrb_q;
  logic        unused;

  assign wr_en_o   = !awready_q && !wready_q && !bvalid_q;
  assign wr_word_o = waddr_q;
  assign wr_data_o = wdata_q;
  assign wr_strb_o = wstrb_q;
  assign rd_en_o   = !arready_q && !rvalid_q;
  assign rd_word_o = raddr_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      awready_q <= rst_next_ni;
      wready_q  <= rst_next_ni;
      arready_q <= rst_next_ni;
      bvalid_q  <= 1'b0;
      rvalid_q  <= 1'b0;
    end else begin
      awready_q <= wr_en_o || (awready_q && !s_axil_awvalid_i);
      wready_q  <= wr_en_o || (wready_q && !s_axil_wvalid_i);
      arready_q <= rd_en_o || (arready_q && !s_axil_arvalid_i);
      bvalid_q  <= wr_en_o || (bvalid_q && !s_axil_bready_i);
      rvalid_q  <= rd_en_o || (rvalid_q && !s_axil_rready_i);
    end
  end

  always_ff @(posedge clk_i) begin
    if (awready_q) waddr_q <= s_axil_awaddr_i[11:2];
    if (wready_q) wdata_q <= s_axil_wdata_i;
    if (wready_q) wstrb_q <= s_axil_wstrb_i;
    if (arready_q) raddr_q <= s_axil_araddr_i[11:2];
    if (rd_en_o) rdata_q <= rd_data_i;
  end

  assign s_axil_awready_o = awready_q;
  assign s_axil_wready_o  = wready_q;
  assign s_axil_bvalid_o  = bvalid_q;
  assign s_axil_bresp_o   = 2'b00;
  assign s_axil_arready_o = arready_q;
  assign s_axil_rvalid_o  = rvalid_q;
  assign s_axil_rdata_o   = rdata_q;
  assign s_axil_rresp_o   = 2'b00;

  assign unused = ^{s_axil_awaddr_i, s_axil_araddr_i};

  `STH_ASSERT_STAYS(AwStays, s_axil_awvalid_i && !s_axil_awready_o,
                    {s_axil_awvalid_i, s_axil_awaddr_i})
  `STH_ASSERT_STAYS(WStays, s_axil_wvalid_i && !s_axil_wready_o,
                    {s_axil_wvalid_i, s_axil_wdata_i, s_axil_wstrb_i})
  `STH_ASSERT_STAYS(ArStays, s_axil_arvalid_i && !s_axil_arready_o,
                    {s_axil_arvalid_i, s_axil_araddr_i})
  `STH_ASSERT_NEXT(BStays, s_axil_bvalid_o && !s_axil_bready_i, s_axil_bvalid_o)
  `STH_ASSERT_STAYS(RStays, s_axil_rvalid_o && !s_axil_rready_i,
                    {s_axil_rvalid_o, s_axil_rdata_o})
  `STH_ASSERT_NEXT(WriteIsAnswered, wr_en_o, s_axil_bvalid_o)
  `STH_ASSERT_NEXT(ReadIsAnswered, rd_en_o, s_axil_rvalid_o)

endmodule

`default_nettype wire
