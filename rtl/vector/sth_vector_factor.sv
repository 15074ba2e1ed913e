// The second factor of the gate: x or v of a row-tile, which wait here while its functions are
// computed, or one.
//
// load_i is high in the cycle in which the last function value is; factor_o is there from the next
// cycle on, like that. x_valid_i and v_valid_i: x and v of a row-tile are there, in this cycle.
`include "sth_assert.svh"
`default_nettype none

module sth_vector_factor #(
  // Lanes, at least 1.
  parameter int Lanes = 16,
  // Lanes that take turns in a function unit: 1, 2 or 4.
  parameter int Share = 4,
  // Cycles from x_valid_i to v_valid_i of a row-tile.
  parameter int Lag = 5
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  // The command: STH_GATE's code; functions take turns, see sth_vector_func.
  input  wire [1:0]          gate_i,
  input  wire                unit_i,
  input  wire                x_valid_i,
  input  wire [32*Lanes-1:0] x_i,
  input  wire                v_valid_i,
  input  wire [32*Lanes-1:0] v_i,
  input  wire                load_i,
  output wire [32*Lanes-1:0] factor_o
);
  `include "sth_spec.svh"

  localparam logic [31:0] One = 32'h3f800000;
  // Row-tiles between x and the gate, at one a cycle or at one a round of turns, and one that goes
  // as another comes.
  localparam int Passing = Lag + 1;
  localparam int Turning = (Lag + STH_LAT_FUNC) / Share + 3;
  localparam int Depth = (Passing > Turning) ? Passing : Turning;

  wire by_v = gate_i == 2'd1;
  wire by_x = gate_i[1];
  // v is there already when nothing takes time.
  wire waits = by_x || (by_v && unit_i);
  wire room, there;
  wire [32*Lanes-1:0] waited;
  wire push = by_x ? x_valid_i : v_valid_i && waits;

  sth_fifo #(.Width(32 * Lanes), .Depth(Depth)) u_waiting (
    .clk_i, .rst_ni,
    .push_valid_i(push),
    .push_ready_o(room),
    .push_data_i(by_x ? x_i : v_i),
    .pop_valid_o(there),
    .pop_ready_i(load_i && waits),
    .pop_data_o(waited)
  );

  logic [32*Lanes-1:0] factor_q;
  always_ff @(posedge clk_i) begin
    if (load_i) begin
      if (waits) factor_q <= waited;
      else factor_q <= by_v ? v_i : {Lanes{One}};
    end
  end

  assign factor_o = factor_q;

  `STH_ASSERT(FactorFindsPlace, push -> room)
  `STH_ASSERT(FactorHasCome, load_i && waits -> there)
endmodule
`default_nettype wire
