// What the DMA test drives: scratchpad, load engine, store engine and read mux
// wired as in the core, with the other ports of the scratchpad brought out.
//
// Ports A (reads) and V (writes) let the test take banks away at random; port
// V also fills the scratchpad and reads it back.
`default_nettype none

module sth_dma_tb #(
  parameter int BusBytes = 16,
  parameter int WordBytes = 64,
  parameter int SpBytes = 32768,
  parameter int SpBanks = 4,
  parameter int LoadSlots = 16,
  parameter int StoreSlots = 8
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic [           63:0] cycle_i,
  input  logic                   drain_i,
  output logic [            1:0] idle_o,
  output logic [            1:0] busy_o,
  output logic [            1:0] bank_stall_o,

  // Commands and retirements: 0 load, 1 store.
  input  logic [            1:0] cmd_valid_i,
  output logic [            1:0] cmd_ready_o,
  input  logic [          511:0] load_cmd_i,
  input  logic [           31:0] load_index_i,
  input  logic [          511:0] store_cmd_i,
  input  logic [           31:0] store_index_i,
  output logic [            1:0] retire_valid_o,
  output logic [           63:0] retire_index_o,
  output logic [           31:0] retire_post_o,
  output logic [            1:0] retire_irq_o,
  output logic [          127:0] retire_start_o,
  output logic [           63:0] retire_digest_o,
  output logic [            1:0] retire_error_o,
  output logic [           39:0] load_error_addr_o,
  output logic [           39:0] store_error_addr_o,
  output logic [           47:0] load_bytes_o,
  output logic [           47:0] store_bytes_o,

  // Command fetch.
  input  logic                   f_ar_valid_i,
  output logic                   f_ar_ready_o,
  input  logic [           39:0] f_ar_addr_i,
  input  logic [            7:0] f_ar_len_i,
  output logic                   f_r_valid_o,

  // Bus.
  output logic                   ar_valid_o,
  input  logic                   ar_ready_i,
  output logic [            7:0] ar_id_o,
  output logic [           39:0] ar_addr_o,
  output logic [            7:0] ar_len_o,
  input  logic                   r_valid_i,
  output logic                   r_ready_o,
  input  logic [            7:0] r_id_i,
  input  logic [ 8*BusBytes-1:0] r_data_i,
  input  logic [            1:0] r_resp_i,
  input  logic                   r_last_i,
  output logic                   aw_valid_o,
  input  logic                   aw_ready_i,
  output logic [            7:0] aw_id_o,
  output logic [           39:0] aw_addr_o,
  output logic [            7:0] aw_len_o,
  output logic                   w_valid_o,
  input  logic                   w_ready_i,
  output logic [ 8*BusBytes-1:0] w_data_o,
  output logic [   BusBytes-1:0] w_strb_o,
  output logic                   w_last_o,
  input  logic                   b_valid_i,
  output logic                   b_ready_o,
  input  logic [            7:0] b_id_i,
  input  logic [            1:0] b_resp_i,

  // Scratchpad.
  input  logic                   a_req_i,
  input  logic [           27:0] a_addr_i,
  input  logic                   v_req_i,
  input  logic [           27:0] v_addr_i,
  output logic                   v_gnt_o,
  output logic [8*WordBytes-1:0] v_rdata_o,
  input  logic                   v_wreq_i,
  input  logic [           27:0] v_waddr_i,
  input  logic [8*WordBytes-1:0] v_wdata_i,
  input  logic [  WordBytes-1:0] v_wmask_i
);

  logic                    l_ar_valid;
  logic                    l_ar_ready;
  logic [             7:0] l_ar_id;
  logic [            39:0] l_ar_addr;
  logic [             7:0] l_ar_len;
  logic                    l_r_valid;
  logic                    l_r_ready;
  logic [             7:0] l_r_id;
  logic [  8*BusBytes-1:0] l_r_data;
  logic [             1:0] l_r_resp;
  logic                    l_r_last;
  logic                    l_req;
  logic [            27:0] l_addr;
  logic                    l_two;
  logic [16*WordBytes-1:0] l_data;
  logic [ 2*WordBytes-1:0] l_mask;
  logic                    l_gnt;
  logic                    s_req;
  logic [            27:0] s_addr;
  logic                    s_two;
  logic                    s_gnt;
  logic [16*BusBytes-1:0]  s_rdata;
  logic [ 8*WordBytes-1:0] unused_a_rdata;
  logic [ 8*WordBytes-1:0] unused_w_rdata;
  logic                    unused_a_gnt;
  logic                    unused_w_gnt;
  logic                    unused_v_wgnt;

  sth_load #(
    .BusBytes(BusBytes),
    .WordBytes(WordBytes),
    .LoadSlots(LoadSlots),
    .Events(1)
  ) u_load (
    .clk_i,
    .rst_ni,
    .cycle_i,
    .drain_i,
    .idle_o(idle_o[0]),
    .busy_o(busy_o[0]),
    .cmd_valid_i(cmd_valid_i[0]),
    .cmd_ready_o(cmd_ready_o[0]),
    .cmd_i(load_cmd_i),
    .cmd_index_i(load_index_i),
    .retire_valid_o(retire_valid_o[0]),
    .retire_index_o(retire_index_o[31:0]),
    .retire_post_o(retire_post_o[15:0]),
    .retire_irq_o(retire_irq_o[0]),
    .retire_start_o(retire_start_o[63:0]),
    .retire_digest_o(retire_digest_o[31:0]),
    .retire_error_o(retire_error_o[0]),
    .retire_error_addr_o(load_error_addr_o),
    .retire_bytes_o(load_bytes_o),
    .bank_stall_o(bank_stall_o[0]),
    .ar_valid_o(l_ar_valid),
    .ar_ready_i(l_ar_ready),
    .ar_id_o(l_ar_id),
    .ar_addr_o(l_ar_addr),
    .ar_len_o(l_ar_len),
    .r_valid_i(l_r_valid),
    .r_ready_o(l_r_ready),
    .r_id_i(l_r_id),
    .r_data_i(l_r_data),
    .r_resp_i(l_r_resp),
    .r_last_i(l_r_last),
    .l_req_o(l_req),
    .l_addr_o(l_addr),
    .l_two_o(l_two),
    .l_data_o(l_data),
    .l_mask_o(l_mask),
    .l_gnt_i(l_gnt)
  );

  sth_store #(
    .BusBytes(BusBytes),
    .WordBytes(WordBytes),
    .StoreSlots(StoreSlots),
    .Events(1)
  ) u_store (
    .clk_i,
    .rst_ni,
    .cycle_i,
    .drain_i,
    .idle_o(idle_o[1]),
    .busy_o(busy_o[1]),
    .cmd_valid_i(cmd_valid_i[1]),
    .cmd_ready_o(cmd_ready_o[1]),
    .cmd_i(store_cmd_i),
    .cmd_index_i(store_index_i),
    .retire_valid_o(retire_valid_o[1]),
    .retire_index_o(retire_index_o[63:32]),
    .retire_post_o(retire_post_o[31:16]),
    .retire_irq_o(retire_irq_o[1]),
    .retire_start_o(retire_start_o[127:64]),
    .retire_digest_o(retire_digest_o[63:32]),
    .retire_error_o(retire_error_o[1]),
    .retire_error_addr_o(store_error_addr_o),
    .retire_bytes_o(store_bytes_o),
    .bank_stall_o(bank_stall_o[1]),
    .aw_valid_o,
    .aw_ready_i,
    .aw_id_o,
    .aw_addr_o,
    .aw_len_o,
    .w_valid_o,
    .w_ready_i,
    .w_data_o,
    .w_strb_o,
    .w_last_o,
    .b_valid_i,
    .b_ready_o,
    .b_id_i,
    .b_resp_i,
    .s_req_o(s_req),
    .s_addr_o(s_addr),
    .s_two_o(s_two),
    .s_gnt_i(s_gnt),
    .s_rdata_i(s_rdata)
  );

  sth_axi_read_mux #(
    .BusBytes(BusBytes)
  ) u_read_mux (
    .clk_i,
    .rst_ni,
    .f_ar_valid_i,
    .f_ar_ready_o,
    .f_ar_addr_i,
    .f_ar_len_i,
    .f_r_valid_o,
    .f_r_ready_i(1'b1),
    .l_ar_valid_i(l_ar_valid),
    .l_ar_ready_o(l_ar_ready),
    .l_ar_id_i(l_ar_id),
    .l_ar_addr_i(l_ar_addr),
    .l_ar_len_i(l_ar_len),
    .l_r_valid_o(l_r_valid),
    .l_r_ready_i(l_r_ready),
    .l_r_id_o(l_r_id),
    .l_r_data_o(l_r_data),
    .l_r_resp_o(l_r_resp),
    .l_r_last_o(l_r_last),
    .ar_valid_o,
    .ar_ready_i,
    .ar_id_o,
    .ar_addr_o,
    .ar_len_o,
    .r_valid_i,
    .r_ready_o,
    .r_id_i,
    .r_data_i,
    .r_resp_i,
    .r_last_i
  );

  sth_scratchpad #(
    .SpBytes(SpBytes),
    .SpBanks(SpBanks),
    .WordBytes(WordBytes),
    .BusBytes(BusBytes)
  ) u_scratchpad (
    .clk_i,
    .rst_ni,
    .a_req_i,
    .a_addr_i,
    .a_gnt_o(unused_a_gnt),
    .a_rdata_o(unused_a_rdata),
    .w_req_i(1'b0),
    .w_addr_i(28'd0),
    .w_gnt_o(unused_w_gnt),
    .w_rdata_o(unused_w_rdata),
    .v_req_i,
    .v_addr_i,
    .v_gnt_o,
    .v_rdata_o,
    .s_req_i(s_req),
    .s_addr_i(s_addr),
    .s_two_i(s_two),
    .s_gnt_o(s_gnt),
    .s_rdata_o(s_rdata),
    .v_wreq_i,
    .v_waddr_i,
    .v_wdata_i,
    .v_wmask_i,
    .v_wgnt_o(unused_v_wgnt),
    .l_req_i(l_req),
    .l_addr_i(l_addr),
    .l_two_i(l_two),
    .l_data_i(l_data),
    .l_mask_i(l_mask),
    .l_gnt_o(l_gnt)
  );

endmodule

`default_nettype wire
