/* A flip-flop and an inverter, for tests/silicon/power.sh. */
module sth_pair(clk_i, d_i, q_o);
  input clk_i;
  wire clk_i;
  input d_i;
  wire d_i;
  output q_o;
  wire q_o;
  wire q;
  DFFPOSX1 flop (
    .CLK(clk_i),
    .D(d_i),
    .Q(q)
  );
  INVX1 inverter (
    .A(q),
    .Y(q_o)
  );
endmodule
