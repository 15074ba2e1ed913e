// Sixteen semaphores of eight bits: grants to waiting commands, posts.
//
// A command is allowed when each semaphore of its mask is above zero and no
// command of a lower engine that starts in the same cycle takes one of them.
// It is decremented when the engine also takes it.  Posts are seen from the
// next cycle; posts of one cycle add up.  Above 255 a semaphore stays at 255
// and overflow_o names the engines whose posts met there.

`include "sth_assert.svh"
`default_nettype none

module sth_semaphores (
  input  logic         clk_i,
  input  logic         rst_ni,
  // Four engines, sixteen mask bits each.
  input  logic [3:0]   wait_valid_i,
  input  logic [63:0]  wait_mask_i,
  output logic [3:0]   allow_o,
  input  logic [3:0]   take_i,
  input  logic [3:0]   post_valid_i,
  input  logic [63:0]  post_mask_i,
  output logic [3:0]   overflow_o,
  output logic [127:0] count_o
);

  logic [127:0] count_q;
  logic [15:0]  empty;
  logic [15:0]  taken;   // by commands that start, at most one each
  logic [15:0]  over;

  // Grants in engine order.
  always_comb begin
    taken   = '0;
    allow_o = '0;
    for (int e = 0; e < 4; e++) begin
      allow_o[e] = wait_valid_i[e] && (wait_mask_i[16 * e +: 16] & (empty | taken)) == '0;
      if (allow_o[e] && take_i[e]) taken = taken | wait_mask_i[16 * e +: 16];
    end
  end

  for (genvar s = 0; s < 16; s++) begin : gen_semaphore
    logic [7:0] count;
    logic [2:0] posts;
    logic [8:0] kept, next;

    assign count    = count_q[8 * s +: 8];
    assign empty[s] = count == '0;
    assign posts = 3'(post_valid_i[0] && post_mask_i[s]) +
                   3'(post_valid_i[1] && post_mask_i[16 + s]) +
                   3'(post_valid_i[2] && post_mask_i[32 + s]) +
                   3'(post_valid_i[3] && post_mask_i[48 + s]);
    // At most 255 + 4.  Taking comes last in time, so it selects.
    assign kept    = 9'(count) + 9'(posts);
    assign next    = taken[s] ? kept - 9'd1 : kept;
    assign over[s] = next[8];

    always_ff @(posedge clk_i) begin
      if (!rst_ni) count_q[8 * s +: 8] <= '0;
      else count_q[8 * s +: 8] <= next[8] ? 8'd255 : next[7:0];
    end

    `STH_ASSERT(NoUnderflow, taken[s] -> !empty[s])
    `STH_ASSERT_NEXT(StaysAtTop, next[8], count == 8'd255)
  end

  for (genvar e = 0; e < 4; e++) begin : gen_overflow
    assign overflow_o[e] = post_valid_i[e] && (post_mask_i[16 * e +: 16] & over) != '0;
  end

  assign count_o = count_q;

  `STH_ASSERT(AllowsWaiting, (allow_o & ~wait_valid_i) == '0)
  `STH_ASSERT(PosterOverflows, (overflow_o & ~post_valid_i) == '0)

endmodule

`default_nettype wire
