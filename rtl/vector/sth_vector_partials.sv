// Combines the steps of a row into its reduction, a step every cycle.
//
// Step s goes to partial value s modulo STH_DEPTH_VECTOR_PARTIALS, so that a sum has the time of its
// stages before the next step needs it; partials start as neutral, the first as begin_i. A row's
// result is (p0 + p1) + (p2 + p3), or the maximum likewise; partials without a step are neutral.
//
// begin_i is what a row begins with, in the cycle of its first step. done_o is high in the cycle in
// which the row's result is there, Latency cycles after its last step.
`default_nettype none

module sth_vector_partials #(
  localparam int Latency = 10
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        sum_i,
  input  wire [31:0] neutral_i,
  input  wire [3:0]  used_i,    // partials that a row's columns reach; as the others, stable
  input  wire        valid_i,
  input  wire [31:0] step_i,
  input  wire        last_i,    // of its row
  input  wire [31:0] begin_i,
  output wire        first_o,   // the next step is the first of its row
  output wire        done_o,
  output wire [31:0] result_o
);
  `include "sth_spec.svh"

  localparam int Partials = STH_DEPTH_VECTOR_PARTIALS;
  localparam int Stages = STH_LAT_VECTOR_LEVEL;

  // The place of the step, and whether its partial begins.
  logic [1:0] place_q;
  logic begins_q;
  // What was valid n cycles ago, its place, and whether it ended a row.
  logic [Stages:1] valid_q;
  logic [2*Stages-1:0] places_q;
  logic [Latency:1] last_q;
  logic [32*Partials-1:0] partial_q;

  wire first = begins_q && place_q == 2'd0;
  wire [31:0] old = first ? begin_i : begins_q ? neutral_i : partial_q[{place_q, 5'd0} +: 32];
  wire [31:0] value;
  sth_vector_node u_run (
    .clk_i,
    .valid_i({valid_q[2:1], valid_i}),
    .sum_i,
    .pairs_i({step_i, old}),
    .y_o(value)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      place_q <= 2'd0;
      begins_q <= 1'b1;
      valid_q <= '0;
      last_q <= '0;
    end else begin
      valid_q <= {valid_q[Stages-1:1], valid_i};
      last_q <= {last_q[Latency-1:1], valid_i && last_i};
      if (valid_i) begin
        place_q <= last_i ? 2'd0 : place_q + 2'd1;
        begins_q <= last_i || (begins_q && place_q != 2'd3);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    places_q <= {places_q[2*Stages-3:0], place_q};
    if (valid_q[Stages]) partial_q[{places_q[2*Stages-1-:2], 5'd0} +: 32] <= value;
  end

  // The partials of a row stand together for one cycle, before the next row's first replaces its.
  wire [32*Partials-1:0] partials;
  for (genvar i = 0; i < Partials; i++) begin : gen_partial
    assign partials[32*i +: 32] = used_i[i] ? partial_q[32*i +: 32] : neutral_i;
  end

  wire [63:0] halves;
  sth_vector_node #(.Nodes(2)) u_halves (
    .clk_i,
    .valid_i(last_q[6:4]),
    .sum_i,
    .pairs_i(partials),
    .y_o(halves)
  );
  sth_vector_node u_whole (
    .clk_i,
    .valid_i(last_q[9:7]),
    .sum_i,
    .pairs_i(halves),
    .y_o(result_o)
  );

  assign first_o = first;
  assign done_o = last_q[Latency];

  initial if (Partials != 4 || Latency != 3 * Stages + 1) $error("VECTOR_PARTIALS or VECTOR_LEVEL");
endmodule
`default_nettype wire
