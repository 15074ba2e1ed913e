// Purpose: the sum of the array and the accumulator as functions, included inside the body of a
// module: fp32 when bf16 is set, otherwise int32 modulo 2^32, on the adder of fp32 addition and in
// its three stages.
`include "sth_fp32_add.svh"

function automatic [FpAlignedWidth-1:0] f_int32_add_align(input [31:0] a, input [31:0] b);
  f_int32_add_align = {12'd0, b, a};
endfunction

function automatic [FpAlignedWidth-1:0] f_acc_add_align(
    input bf16, input [31:0] a, input [31:0] b);
  begin
    if (bf16) f_acc_add_align = f_fp32_add_align(a, b);
    else f_acc_add_align = f_int32_add_align(a, b);
  end
endfunction

function automatic [FpAddedWidth-1:0] f_acc_add_sum(input [FpAlignedWidth-1:0] aligned);
  f_acc_add_sum = f_fp32_add_sum(aligned);
endfunction

function automatic [31:0] f_acc_add_round(input bf16, input [FpAddedWidth-1:0] added);
  begin
    if (bf16) f_acc_add_round = f_fp32_add_round(added);
    else f_acc_add_round = added[31:0];
  end
endfunction

function automatic [31:0] f_acc_add(input bf16, input [31:0] a, input [31:0] b);
  f_acc_add = f_acc_add_round(bf16, f_acc_add_sum(f_acc_add_align(bf16, a, b)));
endfunction
