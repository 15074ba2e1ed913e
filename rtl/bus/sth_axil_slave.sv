// AXI4-Lite slave protocol: turns bus accesses into one-cycle strobes.
//
// A write takes its address and data in the same cycle, which is the cycle of
// wr_en_o; the response follows one cycle later.  A read's data is sampled in
// the cycle its address is taken, which is the cycle of rd_en_o, and is on the
// bus one cycle later.  One access of each direction at a time; every response
// is OKAY.  It holds no register and knows no address.

`include "sth_assert.svh"
`default_nettype none

module sth_axil_slave (
  input  logic        clk_i,
  input  logic        rst_ni,
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

  logic        bvalid_q, rvalid_q;
  logic [31:0] rdata_q;
  logic        unused;

  assign wr_en_o   = s_axil_awvalid_i && s_axil_wvalid_i && (!bvalid_q || s_axil_bready_i);
  assign wr_word_o = s_axil_awaddr_i[11:2];
  assign wr_data_o = s_axil_wdata_i;
  assign wr_strb_o = s_axil_wstrb_i;
  assign rd_en_o   = s_axil_arvalid_i && (!rvalid_q || s_axil_rready_i);
  assign rd_word_o = s_axil_araddr_i[11:2];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      bvalid_q <= 1'b0;
      rvalid_q <= 1'b0;
    end else begin
      if (wr_en_o) bvalid_q <= 1'b1;
      else if (s_axil_bready_i) bvalid_q <= 1'b0;
      if (rd_en_o) rvalid_q <= 1'b1;
      else if (s_axil_rready_i) rvalid_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (rd_en_o) rdata_q <= rd_data_i;
  end

  assign s_axil_awready_o = wr_en_o;
  assign s_axil_wready_o  = wr_en_o;
  assign s_axil_bvalid_o  = bvalid_q;
  assign s_axil_bresp_o   = 2'b00;
  assign s_axil_arready_o = rd_en_o;
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
