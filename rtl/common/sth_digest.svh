// The hash of sth_digest_fold.sv, of the 15 bits of a lane's address / 4 that count; linear over
// exclusive or.  Included into modules.
function automatic [4:0] f_digest_hash(input [14:0] a);
  f_digest_hash = 5'(a ^ (a >> 5) ^ (a >> 10));
endfunction
