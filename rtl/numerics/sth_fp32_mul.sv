// Purpose: fp32 product, combinational.  It does not fuse an addition.
`default_nettype none

module sth_fp32_mul (
  input  logic [31:0] a_i,
  input  logic [31:0] b_i,
  output logic [31:0] y_o
);
`include "sth_fp32_mul.svh"

  assign y_o = f_fp32_mul(a_i, b_i);
endmodule

`default_nettype wire
