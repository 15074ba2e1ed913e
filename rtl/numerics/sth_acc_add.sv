// Purpose: partial sum of the array and the accumulator, combinational.  It does not saturate.
`default_nettype none

module sth_acc_add (
  input  logic        bf16_i,  // 0: int32, 1: fp32
  input  logic [31:0] a_i,
  input  logic [31:0] b_i,
  output logic [31:0] y_o
);
`include "sth_acc_add.svh"

  assign y_o = f_acc_add(bf16_i, a_i, b_i);
endmodule

`default_nettype wire
