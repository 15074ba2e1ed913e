// Joins the command fetch and the load engine onto one AXI read port.
//
// Addresses: fetch first; an address that was offered stays until it is taken.
// Data: ID 0x80 belongs to fetch, every other ID to load.  Purely a selector:
// it adds no cycle and keeps no count of what is outstanding.
`include "sth_assert.svh"
`default_nettype none

module sth_axi_read_mux #(
  // Bytes of a bus word.
  parameter int BusBytes = 16
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,

  // Command fetch.
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

  // What both see of the data channel.
  output logic [           7:0] r_id_o,
  output logic [8*BusBytes-1:0] r_data_o,
  output logic [           1:0] r_resp_o,
  output logic                  r_last_o,

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

  // Load's address was offered and not taken: it must not be replaced.
  logic hold_load_q;
  logic use_load;

  assign use_load = hold_load_q || !f_ar_valid_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) hold_load_q <= 1'b0;
    else hold_load_q <= use_load && l_ar_valid_i && !ar_ready_i;
  end

  assign ar_valid_o = use_load ? l_ar_valid_i : f_ar_valid_i;
  assign ar_id_o = use_load ? l_ar_id_i : FetchId;
  assign ar_addr_o = use_load ? l_ar_addr_i : f_ar_addr_i;
  assign ar_len_o = use_load ? l_ar_len_i : f_ar_len_i;
  assign l_ar_ready_o = ar_ready_i && use_load;
  assign f_ar_ready_o = ar_ready_i && !use_load;

  logic for_fetch;

  assign for_fetch = r_id_i == FetchId;
  assign f_r_valid_o = r_valid_i && for_fetch;
  assign l_r_valid_o = r_valid_i && !for_fetch;
  assign r_ready_o = for_fetch ? f_r_ready_i : l_r_ready_i;
  assign r_id_o = r_id_i;
  assign r_data_o = r_data_i;
  assign r_resp_o = r_resp_i;
  assign r_last_o = r_last_i;

  `STH_ASSERT_INIT(BusIsPowerOfTwo, (BusBytes & (BusBytes - 1)) == 0)
  `STH_ASSERT_STAYS(AddressStays, ar_valid_o && !ar_ready_i,
                    {ar_valid_o, ar_id_o, ar_addr_o, ar_len_o})
  `STH_ASSERT(BurstIsAligned, ar_valid_o -> (ar_addr_o[11:0] & 12'(BusBytes - 1)) == '0)
  // 256 beats of 2048 bytes fit 20 bits.
  `STH_ASSERT(BurstWithin4096, ar_valid_o ->
              20'(ar_addr_o[11:0]) + (20'(ar_len_o) + 20'd1) * 20'(BusBytes) <= 20'd4096)
  `STH_ASSERT(OneIsTaken, !(f_ar_ready_o && l_ar_ready_o))
  `STH_ASSERT(LoadIdIsASlot, l_ar_valid_i -> l_ar_id_i < FetchId)
  `STH_ASSERT_STAYS(DataStays, r_valid_i && !r_ready_o,
                    {r_valid_i, r_id_i, r_data_i, r_resp_i, r_last_i})

endmodule

`default_nettype wire
