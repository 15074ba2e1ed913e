// Operand registers of the vector engine: from read data to one raw element for each column.
//
// Each operand keeps the chunk that was last read for it, so that a chunk used by several
// row-tiles is read once. Elements are picked by type; a scalar operand gives all columns the
// element of lane lane_i; y can also be x itself or the immediate, z the immediate. Where the
// command has no y or z, it is 1 or -0, which change nothing.
// Outputs are valid one cycle after the captures. Elements are not converted here: raw elements
// sit in the low bits of their 32, as sth_vector_unpack leaves them.
`include "sth_assert.svh"
`default_nettype none

module sth_vector_fetch #(
  // Columns of a row-tile, a power of two from 4 to 512.
  parameter int Cols = 16,
  // Bytes of a scratchpad word: a power of two, at least 4 * Cols.
  parameter int WordBytes = 64,
  localparam int ColBits = $clog2(Cols),
  localparam int PosBits = $clog2(WordBytes / Cols)
) (
  input  wire                   clk_i,
  input  wire                   rst_ni,
  // Read data and which operand it is for: bit 0 x, 1 y, 2 z, 3 carry.
  input  wire [3:0]             acc_capture_i,
  input  wire [32*Cols-1:0]    acc_rdata_i,
  input  wire [2:0]             sp_capture_i,
  input  wire [PosBits-1:0]     sp_capture_pos_i,  // the chunk's place, in Cols bytes of its word
  input  wire [8*WordBytes-1:0] sp_rdata_i,
  // The command.
  input  wire [1:0]             x_type_i,
  input  wire [1:0]             y_type_i,
  input  wire [1:0]             z_type_i,
  input  wire [2:0]             mulsel_i,
  input  wire [2:0]             addsel_i,
  input  wire [31:0]            imm_mul_i,
  input  wire [31:0]            imm_add_i,
  // Lane of scalar operands and of the carry in this cycle.
  input  wire [ColBits-1:0]    lane_i,
  // Elements of all columns, and the types to convert from.
  output wire [32*Cols-1:0]    x_o,
  output wire [32*Cols-1:0]    y_o,
  output wire [32*Cols-1:0]    z_o,
  output wire [1:0]             y_type_o,
  output wire [1:0]             z_type_o,
  output wire [31:0]            carry_o
);
  `include "sth_spec.svh"

  logic [32*Cols-1:0] x_q, y_q, z_q, carry_q;

  // Bytes past the end of the word are never part of a chunk.
  wire [8*WordBytes+32*Cols-1:0] padded = (8 * WordBytes + 32 * Cols)'(sp_rdata_i);
  wire [32*Cols-1:0] chunk = padded[{1'b0, sp_capture_pos_i, {(ColBits + 3){1'b0}}} +: 32*Cols];

  always_ff @(posedge clk_i) begin
    if (acc_capture_i[0]) x_q <= acc_rdata_i;
    else if (sp_capture_i[0]) x_q <= chunk;
    if (acc_capture_i[1]) y_q <= acc_rdata_i;
    else if (sp_capture_i[1]) y_q <= chunk;
    if (acc_capture_i[2]) z_q <= acc_rdata_i;
    else if (sp_capture_i[2]) z_q <= chunk;
    if (acc_capture_i[3]) carry_q <= acc_rdata_i;
  end

  wire [32*Cols-1:0] x_raw, y_raw, z_raw;

  sth_vector_unpack #(.Cols(Cols)) u_unpack_x (.type_i(x_type_i), .chunk_i(x_q), .raw_o(x_raw));
  sth_vector_unpack #(.Cols(Cols)) u_unpack_y (.type_i(y_type_i), .chunk_i(y_q), .raw_o(y_raw));
  sth_vector_unpack #(.Cols(Cols)) u_unpack_z (.type_i(z_type_i), .chunk_i(z_q), .raw_o(z_raw));

  wire mul_imm = mulsel_i == 3'(STH_OPERAND_IMM);
  wire mul_self = mulsel_i == 3'(STH_OPERAND_SELF);
  wire add_imm = addsel_i == 3'(STH_OPERAND_IMM);
  wire mul_none = mulsel_i == 3'(STH_OPERAND_NONE);
  wire add_none = addsel_i == 3'(STH_OPERAND_NONE);
  wire [31:0] y_one = mul_none ? 32'h3f800000 :
                      mul_imm ? imm_mul_i : y_raw[{lane_i, 5'd0} +: 32];
  wire [31:0] z_one = add_none ? 32'h80000000 :
                      add_imm ? imm_add_i : z_raw[{lane_i, 5'd0} +: 32];

  assign x_o = x_raw;
  assign y_o = mul_self ? x_raw :
               mulsel_i == 3'(STH_OPERAND_STREAM) ? y_raw : {Cols{y_one}};
  assign z_o = addsel_i == 3'(STH_OPERAND_STREAM) ? z_raw : {Cols{z_one}};
  assign y_type_o = mul_self ? x_type_i : mul_imm || mul_none ? 2'(STH_DTYPE_FP32) : y_type_i;
  assign z_type_o = add_imm || add_none ? 2'(STH_DTYPE_FP32) : z_type_i;
  assign carry_o = carry_q[{lane_i, 5'd0} +: 32];

  // A port's data is for one operand, and an operand comes from one port.
  `STH_ASSERT(OneOperand, $onehot0(acc_capture_i) && $onehot0(sp_capture_i))
  `STH_ASSERT(OneSource, (acc_capture_i[2:0] & sp_capture_i) == '0)

  initial if (WordBytes < 4 * Cols) $error("WordBytes");
endmodule
`default_nettype wire
