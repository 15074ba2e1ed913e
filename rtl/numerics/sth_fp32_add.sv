// Purpose: fp32 sum, combinational.  It does not subtract: flip the sign of b_i for that.
`default_nettype none

module sth_fp32_add (
  input  logic [31:0] a_i,
  input  logic [31:0] b_i,
  output logic [31:0] y_o
);
`include "sth_fp32_add.svh"

  assign y_o = f_fp32_add(a_i, b_i);
endmodule

`default_nettype wire
