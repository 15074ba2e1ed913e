// What one stage of the matrix engine sees of the commands held: the oldest that it has not
// finished, in a register, so that what the stage does begins at flip-flops.
//
// Items are pushed for all stages at once, at the place that write_i says, and wait in a register
// file; one that finds the stage idle goes straight into the register.  It does not know when a
// place is free again: every stage is done with an item by then.
`default_nettype none

module sth_matrix_stage #(
  // Bits of an item, 1 or more.
  parameter int Width = 32,
  // Items, a power of two >= 2.
  parameter int Depth = 4,
  localparam int PtrWidth = $clog2(Depth)
) (
  input  logic              clk_i,
  input  logic              rst_ni,

  // One bit more than an index: where the next item goes, and the stage's own.
  input  logic [PtrWidth:0] write_i,
  output logic [PtrWidth:0] place_o,

  input  logic              push_i,
  input  logic [ Width-1:0] push_data_i,

  output logic              valid_o,
  output logic              newest_o,  // no newer item behind this one
  output logic [ Width-1:0] data_o,
  input  logic              done_i
);

  logic [PtrWidth:0] place_q, next_place;
  logic [ Width-1:0] data_q, next_data;

  assign next_place = place_q + 1'b1;

  sth_regfile_1r1w #(
    .Width(Width),
    .Depth(Depth)
  ) u_waiting (
    .clk_i,
    .raddr_i(next_place[PtrWidth-1:0]),
    .rdata_o(next_data),
    .wen_i  (push_i),
    .waddr_i(write_i[PtrWidth-1:0]),
    .wdata_i(push_data_i)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) place_q <= '0;
    else if (done_i) place_q <= next_place;
  end

  always_ff @(posedge clk_i) begin
    if (done_i || !valid_o) data_q <= valid_o && !newest_o ? next_data : push_data_i;
  end

  assign place_o  = place_q;
  assign valid_o  = place_q != write_i;
  assign newest_o = next_place == write_i;
  assign data_o   = data_q;

endmodule

`default_nettype wire
