// Purpose: the last two stages of the sums of lanes side by side, as functions, included inside the
// body of a module behind sth_acc_add.svh.  The module has `Word`, 32 bits for each lane.
//
// Between the stages a lane has one word in each of several words of all lanes: aligned, two
// significands and what else there is to know; added, one significand and the rest.
function automatic [2*Word-1:0] f_sums(input [3*Word-1:0] aligned);
  logic [FpAddedWidth-1:0] added;
  for (int c = 0; c < Word / 32; c++) begin
    added = f_acc_add_sum({aligned[2*Word+c*32+:FpAlignedWidth-64], aligned[Word+c*32+:32],
                           aligned[c*32+:32]});
    f_sums[c*32+:32]      = added[31:0];
    f_sums[Word+c*32+:32] = 32'(added[FpAddedWidth-1:32]);
  end
endfunction

function automatic [Word-1:0] f_rounds(input [Word/32-1:0] fp, input [2*Word-1:0] added);
  for (int c = 0; c < Word / 32; c++) begin
    f_rounds[c*32+:32] =
        f_acc_add_round(fp[c], {added[Word+c*32+:FpAddedWidth-32], added[c*32+:32]});
  end
endfunction
