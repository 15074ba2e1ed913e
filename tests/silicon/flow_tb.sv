// Plays the chip of flow.sv and prints its ports as tools/power/sth_ports.h wants
// them.  As in the co-simulation: four edges in reset, two behind it, then what
// is recorded.
`timescale 1ns / 1ns
`default_nettype none

module sth_flow_tb;
  logic clk, rst_n, en;
  logic [7:0] sum;

  sth_flow dut (.clk_i(clk), .rst_ni(rst_n), .en_i(en), .sum_o(sum));

  task automatic edge_of_clock;
    #5 clk = 1;
    #5 clk = 0;
  endtask

  initial begin
    for (int i = 0; i < 16; i++) dut.u_storage.mem[i] = 0;
    {clk, rst_n, en} = 0;
    repeat (4) edge_of_clock();
    rst_n = 1;
    repeat (2) edge_of_clock();
    $display("port rst_ni 1\nport en_i 1\nport sum_o 8");
    for (int i = 0; i < 200; i++) begin
      en = i < 100;
      #1 $display("cycle %0d\n0 1\n1 %b\n2 %b", i, en, sum);
      edge_of_clock();
    end
    $display("end 200");
  end
endmodule

`default_nettype wire
