// Purpose: fp32 to an element of any type, combinational.  It does not place it in a word.
`default_nettype none

module sth_from_fp32 (
  input  logic [1:0]  type_i,  // STH_DTYPE_*
  input  logic [31:0] v_i,
  output logic [31:0] raw_o
);
`include "sth_spec.svh"
`include "sth_from_fp32.svh"

  assign raw_o = f_from_fp32(type_i, v_i);
endmodule

`default_nettype wire
