// The functions of a step of a row-tile: Share neighbouring lanes take turns in one function unit,
// or values pass.
//
// A step comes with valid_i and stays at v_i until the next one, which may come as many cycles later
// as lanes share a unit, and in the next cycle while unit_i is low. Its values are loaded
// into f_o, the last of them in the cycle of done_o: that of valid_i, or STH_LAT_FUNC plus
// Share cycles later with unit_i.
`include "sth_assert.svh"
`default_nettype none

module sth_vector_func #(
  // Lanes, a multiple of those that share a unit, or fewer than those.
  parameter int Lanes = 16,
  // Lanes that share a unit: 1, 2 or 4.
  parameter int Share = 4
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  // The command: whether values take a turn in the unit, and its function.
  input  wire                unit_i,
  input  wire [3:0]          func_i,
  input  wire                valid_i,
  input  wire [32*Lanes-1:0] v_i,
  output wire                done_o,
  output wire [32*Lanes-1:0] f_o
);
  `include "sth_spec.svh"

  // Lanes of a unit; fewer than a unit could serve take no less time.
  localparam int Group = (Lanes < Share) ? Lanes : Share;
  localparam int Units = Lanes / Group;
  localparam int Last = STH_LAT_FUNC + Share;

  // after[n]: a step for the units came n cycles ago. Lane t of a group enters after t cycles,
  // is in entry_q one later and has its value STH_LAT_FUNC cycles after that.
  wire [Last:0] after;
  logic [Last:1] after_q;
  logic entered_q;
  logic [32*Units-1:0] entry_q;
  logic [32*Lanes-1:0] f_q;
  wire [32*Units-1:0] value;

  assign after = {after_q, valid_i && unit_i};

  // The lanes whose turn it is.
  function automatic [32*Units-1:0] f_entry(input [Group-1:0] turn, input [32*Lanes-1:0] v);
    f_entry = '0;
    for (int u = 0; u < Units; u++) begin
      for (int t = 0; t < Group; t++)
        if (turn[t]) f_entry[32*u +: 32] = v[32*(Group*u+t) +: 32];
    end
  endfunction

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      after_q <= '0;
      entered_q <= 1'b0;
    end else begin
      after_q <= after[Last-1:0];
      entered_q <= after[Share-1:0] != '0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (after[Group-1:0] != '0) entry_q <= f_entry(after[Group-1:0], v_i);
    if (valid_i && !unit_i) f_q <= v_i;
    for (int t = 0; t < Group; t++) begin
      if (after[STH_LAT_FUNC+1+t]) begin
        for (int u = 0; u < Units; u++) f_q[32*(Group*u+t) +: 32] <= value[32*u +: 32];
      end
    end
  end

  sth_func #(.Lanes(Units)) u_func (
    .clk_i, .rst_ni,
    .valid_i(entered_q),
    .func_i,
    .v_i(entry_q),
    .y_o(value)
  );

  assign done_o = unit_i ? after[Last] : valid_i;
  assign f_o = f_q;

  `STH_ASSERT(TurnsInOrder, $onehot0(after[Share-1:0]))

  initial if (Lanes % Group != 0) $error("Lanes is no multiple of Share");
endmodule
`default_nettype wire
