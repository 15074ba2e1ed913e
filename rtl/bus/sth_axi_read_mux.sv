// Joins the command fetch and the load engine onto one AXI read port, and registers what the port
// drives: addresses, and whether it takes data.
//
// Addresses: fetch first, one a cycle, on the bus in the cycle after.  Data: ID 0x80 belongs to
// fetch, which takes it in its cycle on the bus; every other ID to load, one cycle later.  While
// load's data waits in both places of its slice, the port takes none, fetch's included.  It keeps
// no count of what is outstanding.
`include "sth_assert.svh"
`default_nettype none

module sth_axi_read_mux #(
  // Bytes of a bus word.
  parameter int BusBytes = 16
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,

  // Command fetch, which takes every beat and looks at the data on the bus.
  input  logic                  f_ar_valid_i,
  output logic                  f_ar_ready_o,
  input  logic [          39:0] f_ar_addr_i,
  input  logic [           7:0] f_ar_len_i,
  output logic                  f_r_valid_o,
  input  logic                  f_r_ready_i,

  // Load.
  input  logic                  l_ar_valid_i,
  output logic                  l_ar_ready_o,
  input  logic [           7:0] l_ar_id_i,
  input  logic [          39:0] l_ar_addr_i,
  input  logic [           7:0] l_ar_len_i,
  output logic                  l_r_valid_o,
  input  logic                  l_r_ready_i,
  output logic [           7:0] l_r_id_o,
  output logic [8*BusBytes-1:0] l_r_data_o,
  output logic [           1:0] l_r_resp_o,
  output logic                  l_r_last_o,

  // Bus.
  output logic                  ar_valid_o,
  input  logic                  ar_ready_i,
  output logic [           7:0] ar_id_o,
  output logic [          39:0] ar_addr_o,
  output logic [           7:0] ar_len_o,
  input  logic                  r_valid_i,
  output logic                  r_ready_o,
  input  logic [           7:0] r_id_i,
  input  logic [8*BusBytes-1:0] r_data_i,
  input  logic [           1:0] r_resp_i,
  input  logic                  r_last_i
);

  localparam logic [7:0] FetchId = 8'h80;

  logic        ar_ready;
  logic [55:0] ar_first;

  assign f_ar_ready_o = ar_ready;
  assign l_ar_ready_o = ar_ready && !f_ar_valid_i;
  assign ar_first = f_ar_valid_i ? {FetchId, f_ar_len_i, f_ar_addr_i}
                                 : {l_ar_id_i, l_ar_len_i, l_ar_addr_i};

  sth_axi_slice #(
    .Width(56)
  ) u_address (
    .clk_i,
    .rst_ni,
    .in_valid_i(f_ar_valid_i || l_ar_valid_i),
    .in_ready_o(ar_ready),
    .in_data_i(ar_first),
    .out_valid_o(ar_valid_o),
    .out_ready_i(ar_ready_i),
    .out_data_o({ar_id_o, ar_len_o, ar_addr_o})
  );

  logic for_fetch;

  assign for_fetch = r_id_i == FetchId;
  assign f_r_valid_o = r_valid_i && r_ready_o && for_fetch;

  sth_axi_slice #(
    .Width(8 * BusBytes + 11)
  ) u_data (
    .clk_i,
    .rst_ni,
    .in_valid_i(r_valid_i && !for_fetch),
    .in_ready_o(r_ready_o),
    .in_data_i({r_id_i, r_resp_i, r_last_i, r_data_i}),
    .out_valid_o(l_r_valid_o),
    .out_ready_i(l_r_ready_i),
    .out_data_o({l_r_id_o, l_r_resp_o, l_r_last_o, l_r_data_o})
  );

  `STH_ASSERT_INIT(BusIsPowerOfTwo, (BusBytes & (BusBytes - 1)) == 0)
  `STH_ASSERT(BurstIsAligned, ar_valid_o -> (ar_addr_o[11:0] & 12'(BusBytes - 1)) == '0)
  // 256 beats of 2048 bytes fit 20 bits.
  `STH_ASSERT(BurstWithin4096, ar_valid_o ->
              20'(ar_addr_o[11:0]) + (20'(ar_len_o) + 20'd1) * 20'(BusBytes) <= 20'd4096)
  `STH_ASSERT(FetchTakesData, f_r_valid_o -> f_r_ready_i)
  `STH_ASSERT(LoadIdIsASlot, l_ar_valid_i -> l_ar_id_i < FetchId)
  `STH_ASSERT_STAYS(DataStays, r_valid_i && !r_ready_o,
                    {r_valid_i, r_id_i, r_data_i, r_resp_i, r_last_i})

endmodule

`default_nettype wire
