// A small chip for tests/silicon/flow.sh: three counters of two widths, and a
// register file whose word is added to.
`default_nettype none

module sth_flow_count #(
  parameter int Width = 4
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             en_i,
  output logic [Width-1:0] count_o
);
  logic [Width-1:0] count_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) count_q <= '0;
    else if (en_i) count_q <= count_q + Width'(1);
  end

  assign count_o = count_q;
endmodule

module sth_flow (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic       en_i,
  output logic [7:0] sum_o
);
  logic [3:0] first, second;
  logic [7:0] third, word, sum_q;

  sth_flow_count #(.Width(4)) u_first (.clk_i, .rst_ni, .en_i, .count_o(first));
  sth_flow_count #(.Width(4)) u_second (.clk_i, .rst_ni, .en_i(first[3]), .count_o(second));
  sth_flow_count #(.Width(8)) u_third (.clk_i, .rst_ni, .en_i, .count_o(third));

  sth_regfile_1r1w #(.Width(8), .Depth(16)) u_storage (
    .clk_i,
    .raddr_i(second),
    .rdata_o(word),
    .wen_i  (en_i),
    .waddr_i(first),
    .wdata_i(third)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) sum_q <= '0;
    else sum_q <= sum_q + word;
  end

  assign sum_o = sum_q;
endmodule

// What synthesis refuses.
module sth_flow_latch (
  input  logic en_i,
  input  logic d_i,
  output logic q_o
);
  always @* if (en_i) q_o = d_i;
endmodule

module sth_flow_loop (
  input  logic d_i,
  output logic q_o
);
  assign q_o = !(q_o & d_i);
endmodule

`default_nettype wire
