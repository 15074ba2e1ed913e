// Purpose: fp32 maximum, combinational.  It does not take magnitudes.
`default_nettype none

module sth_fp32_max (
  input  logic [31:0] a_i,
  input  logic [31:0] b_i,
  output logic [31:0] y_o
);
`include "sth_fp32_max.svh"

  assign y_o = f_fp32_max(a_i, b_i);
endmodule

`default_nettype wire
