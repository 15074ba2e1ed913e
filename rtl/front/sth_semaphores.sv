// Sixteen semaphores of eight bits: grants to waiting commands, posts.
//
// A command is allowed when each semaphore of its mask is above zero after the
// commands of lower engines that start in the same cycle took theirs.  It is
// decremented when the engine also takes it.  Posts are seen from the next
// cycle; posts of one cycle add up.  Above 255 a semaphore stays at 255 and
// overflow_o names the engines whose posts met there.

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
  logic [47:0]  level;   // min(count, 4), three bits each
  logic [47:0]  taken;   // at most four starts in a cycle
  logic [15:0]  over;

  // Grants in engine order.
  always_comb begin
    taken   = '0;
    allow_o = '0;
    for (int e = 0; e < 4; e++) begin
      allow_o[e] = wait_valid_i[e];
      for (int s = 0; s < 16; s++) begin
        if (wait_mask_i[16 * e + s] && level[3 * s +: 3] <= taken[3 * s +: 3]) begin
          allow_o[e] = 1'b0;
        end
      end
      for (int s = 0; s < 16; s++) begin
        if (allow_o[e] && take_i[e] && wait_mask_i[16 * e + s]) begin
          taken[3 * s +: 3] = taken[3 * s +: 3] + 3'd1;
        end
      end
    end
  end

  for (genvar s = 0; s < 16; s++) begin : gen_semaphore
    logic [7:0] count;
    logic [2:0] posts;
    logic [8:0] next;

    assign count            = count_q[8 * s +: 8];
    assign level[3 * s +: 3] = count > 8'd4 ? 3'd4 : count[2:0];
    assign posts = 3'(post_valid_i[0] && post_mask_i[s]) +
                   3'(post_valid_i[1] && post_mask_i[16 + s]) +
                   3'(post_valid_i[2] && post_mask_i[32 + s]) +
                   3'(post_valid_i[3] && post_mask_i[48 + s]);
    // At most 255 + 4; taken never exceeds count.
    assign next    = 9'(count) - 9'(taken[3 * s +: 3]) + 9'(posts);
    assign over[s] = next[8];

    always_ff @(posedge clk_i) begin
      if (!rst_ni) count_q[8 * s +: 8] <= '0;
      else count_q[8 * s +: 8] <= next[8] ? 8'd255 : next[7:0];
    end

    `STH_ASSERT(NoUnderflow, count >= 8'(taken[3 * s +: 3]))
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
