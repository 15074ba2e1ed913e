// Purpose: an element of any type to fp32, combinational.  It does not pick it from a word.
`default_nettype none

module sth_to_fp32 (
  input  logic [1:0]  type_i,  // STH_DTYPE_*
  input  logic [31:0] raw_i,   // the element in its low bits
  output logic [31:0] y_o
);
`include "sth_spec.svh"
`include "sth_to_fp32.svh"

  assign y_o = f_to_fp32(type_i, raw_i);
endmodule

`default_nettype wire
