// Purpose: the partial sum of the array and the accumulator as a function, included inside the body
// of a module: fp32 when bf16 is set, otherwise int32 modulo 2^32.
`include "sth_fp32_add.svh"

function automatic [31:0] f_acc_add(input bf16, input [31:0] a, input [31:0] b);
  begin
    if (bf16) f_acc_add = f_fp32_add(a, b);
    else f_acc_add = a + b;
  end
endfunction
