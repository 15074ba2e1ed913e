// The results of a row-tile from its steps, the opposite of sth_vector_steps.
//
// A step comes with valid_i; valid_o is high in the cycle of a row-tile's last one, with all of its
// columns.
`default_nettype none

module sth_vector_collect #(
  // Columns of a row-tile.
  parameter int Cols = 16,
  // Lanes, by which Cols can be divided.
  parameter int Lanes = 16
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  input  wire                valid_i,
  input  wire [32*Lanes-1:0] step_i,
  output wire                valid_o,
  output wire [32*Cols-1:0]  row_tile_o
);
  localparam int Steps = Cols / Lanes;

  if (Steps == 1) begin : gen_one
    wire unused_clock = clk_i || rst_ni;
    assign valid_o = valid_i;
    assign row_tile_o = step_i;
  end else begin : gen_steps
    // The steps before the present one, the latest uppermost, and how many there are.
    logic [32*(Cols-Lanes)-1:0] before_q;
    logic [$clog2(Steps)-1:0] count_q;

    assign row_tile_o = {step_i, before_q};
    assign valid_o = valid_i && (&count_q);

    always_ff @(posedge clk_i) begin
      if (!rst_ni) count_q <= '0;
      else if (valid_i) count_q <= count_q + 1'b1;
      if (valid_i) before_q <= row_tile_o[32*Cols-1:32*Lanes];
    end
  end
endmodule
`default_nettype wire
