// Decoder: checks one command at a time and hands it to its engine's queue.
//
// A command taken in cycle t is offered to its queue in cycle t + LAT_DECODE,
// or reported as a fault in that cycle; the next one is taken in the cycle in
// which its predecessor enters the queue.  Steps of a command: 1 start the
// multipliers, 2 to 9 multiply, 10 sum, 11 one more sum for weights, 12 compare,
// 13 select, 14 hand over.  What needs no product is checked beside that.
// After a fault, or while stop_i is high, it hands over nothing.  It checks
// one command on its own: it knows nothing of semaphores or of data.

`include "sth_assert.svh"
`default_nettype none

module sth_decode #(
  // Array size: powers of two from 4 to 512.
  parameter int ArrayRows = 16,
  parameter int ArrayCols = 16,
  // Capacities in bytes, up to 2^28.
  parameter int SpBytes = 262144,
  parameter int AccBytes = 65536,
  // Operands of the array: a sum of STH_DATA_TYPE_*.
  parameter int DataTypes = 3
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         stop_i,
  // From the fetch buffer; error: the bus failed, addr: where.
  input  logic         cmd_valid_i,
  output logic         cmd_ready_o,
  input  logic [511:0] cmd_i,
  input  logic [31:0]  cmd_index_i,
  input  logic [39:0]  cmd_addr_i,
  input  logic         cmd_error_i,
  // To the queues: one valid and one ready bit for each engine.
  output logic [3:0]   queue_valid_o,
  input  logic [3:0]   queue_ready_i,
  output logic [511:0] queue_cmd_o,
  output logic [31:0]  queue_index_o,
  // The first command that has not entered a queue; after a fault, the one at fault.
  output logic [31:0]  next_index_o,
  // A pulse for the one fault; code and address stay.
  output logic         fault_valid_o,
  output logic [3:0]   fault_code_o,
  output logic [39:0]  fault_addr_o
);

  `include "sth_spec.svh"

  localparam logic [3:0] StepIdle = 4'd0;
  localparam logic [3:0] StepStart = 4'd1;
  localparam logic [3:0] StepFirst = 4'd2;
  localparam logic [3:0] StepLast = 4'd9;
  localparam logic [3:0] StepSum = 4'd10;
  localparam logic [3:0] StepSelect = 4'd13;
  localparam logic [3:0] StepDone = 4'd14;

  // State.
  logic [3:0]   step_d, step_q;
  logic         halted_d, halted_q;
  logic [511:0] cmd_q;
  logic [31:0]  index_q;
  logic [39:0]  addr_q;
  logic         error_q;
  logic [3:0]   code_q;
  logic [3:0]   word_q;

  // What the opcode says of the command that is taken: engine, and which checks.
  logic       opcode_bad, is_dma, is_matmul, is_vector;
  logic       opcode_bad_q, is_dma_q, is_matmul_q, is_vector_q;
  logic [3:0] engine, engine_q;
  logic [7:0] opcode;

  assign opcode = cmd_i[STH_ANY_OPCODE_LSB +: STH_ANY_OPCODE_WIDTH];

  always_comb begin
    opcode_bad = 1'b0;
    engine     = 4'b0000;
    is_dma     = 1'b0;
    is_matmul  = 1'b0;
    is_vector  = 1'b0;
    case (opcode)
      8'(STH_OP_SYNC_LOAD):   engine = 4'b0001;
      8'(STH_OP_SYNC_MATRIX): engine = 4'b0010;
      8'(STH_OP_SYNC_VECTOR): engine = 4'b0100;
      8'(STH_OP_SYNC_STORE):  engine = 4'b1000;
      8'(STH_OP_LOAD): begin
        engine = 4'b0001;
        is_dma = 1'b1;
      end
      8'(STH_OP_STORE): begin
        engine = 4'b1000;
        is_dma = 1'b1;
      end
      8'(STH_OP_MATMUL): begin
        engine    = 4'b0010;
        is_matmul = 1'b1;
      end
      8'(STH_OP_VECTOR): begin
        engine    = 4'b0100;
        is_vector = 1'b1;
      end
      default: opcode_bad = 1'b1;
    endcase
  end

  // Checks of each kind share eight multipliers, which also add, and a sum of each two of them.
  logic [127:0] dma_a, matmul_a, vector_a, mul_a;
  logic [255:0] dma_b, matmul_b, vector_b, mul_b;
  logic [319:0] dma_c, matmul_c, vector_c, mul_c;
  logic [391:0] prod;
  logic [199:0] sum_q;
  logic [15:0]  dma_field, matmul_field, vector_field, field_q;
  logic [15:0]  dma_align, matmul_align, vector_align, align_q;
  logic [15:0]  dma_range, matmul_range, vector_range, range_q;
  logic [15:0]  reserved_q;
  logic [511:0] used_bits, stray_bits;
  logic [7:0]   unused;

  assign used_bits  = is_dma_q ? STH_USED_LOAD : is_matmul_q ? STH_USED_MATMUL :
                      is_vector_q ? STH_USED_VECTOR : STH_USED_SYNC_LOAD;
  assign stray_bits = cmd_q & ~used_bits;

  assign mul_a = is_dma_q ? dma_a : is_matmul_q ? matmul_a : vector_a;
  assign mul_b = is_dma_q ? dma_b : is_matmul_q ? matmul_b : vector_b;
  assign mul_c = is_dma_q ? dma_c : is_matmul_q ? matmul_c : vector_c;

  // A product of 16 x 32 bits and an address of 40 bits are below 2^49, two of them below 2^50.
  for (genvar i = 0; i < 8; i++) begin : gen_mul
    localparam int AddWidth = i == 0 ? 40 : 32;
    logic [AddWidth+15:0] result;
    logic [63:0]          wide;

    sth_mul_seq #(
      .AddWidth(AddWidth)
    ) u_mul (
      .clk_i  (clk_i),
      .start_i(step_q == StepStart),
      .step_i (step_q >= StepFirst && step_q <= StepLast),
      .a_i    (mul_a[16 * i +: 16]),
      .b_i    (mul_b[32 * i +: 32]),
      .c_i    (mul_c[40 * i +: AddWidth]),
      .p_o    (result)
    );

    assign wide               = 64'(result);
    assign prod[49 * i +: 49] = wide[48:0];
    assign unused[i]          = ^wide[63:49];
  end

  for (genvar i = 0; i < 4; i++) begin : gen_sum
    always_ff @(posedge clk_i) begin
      sum_q[50 * i +: 50] <= 50'(prod[98 * i +: 49]) + 50'(prod[98 * i + 49 +: 49]);
    end
  end

  sth_check_dma #(
    .SpBytes(SpBytes)
  ) u_dma (
    .cmd_i  (cmd_q),
    .mul_a_o(dma_a),
    .mul_b_o(dma_b),
    .mul_c_o(dma_c),
    .sum_i  (sum_q),
    .field_o(dma_field),
    .align_o(dma_align),
    .range_o(dma_range)
  );

  sth_check_matmul #(
    .ArrayRows(ArrayRows),
    .ArrayCols(ArrayCols),
    .SpBytes  (SpBytes),
    .AccBytes (AccBytes),
    .DataTypes(DataTypes)
  ) u_matmul (
    .clk_i  (clk_i),
    .cmd_i  (cmd_q),
    .mul_a_o(matmul_a),
    .mul_b_o(matmul_b),
    .mul_c_o(matmul_c),
    .sum_i  (sum_q),
    .field_o(matmul_field),
    .align_o(matmul_align),
    .range_o(matmul_range)
  );

  sth_check_vector #(
    .ArrayCols(ArrayCols),
    .SpBytes  (SpBytes),
    .AccBytes (AccBytes)
  ) u_vector (
    .clk_i  (clk_i),
    .cmd_i  (cmd_q),
    .mul_a_o(vector_a),
    .mul_b_o(vector_b),
    .mul_c_o(vector_c),
    .sum_i  (sum_q),
    .field_o(vector_field),
    .align_o(vector_align),
    .range_o(vector_range)
  );

  // One bit for each command word, settled before they are selected from.
  always_ff @(posedge clk_i) begin
    for (int i = 0; i < 16; i++) reserved_q[i] <= |stray_bits[32 * i +: 32];
    field_q <= (is_dma_q ? dma_field : '0) | (is_matmul_q ? matmul_field : '0) |
               (is_vector_q ? vector_field : '0);
    align_q <= (is_dma_q ? dma_align : '0) | (is_matmul_q ? matmul_align : '0) |
               (is_vector_q ? vector_align : '0);
    range_q <= (is_dma_q ? dma_range : '0) | (is_matmul_q ? matmul_range : '0) |
               (is_vector_q ? vector_range : '0);
  end

  // The first class that applies, and the lowest offending word in it.
  logic [3:0]  code;
  logic [15:0] words;
  logic [3:0]  word;

  always_comb begin
    code  = 4'(STH_FAULT_NONE);
    words = '0;
    if (error_q) begin
      code = 4'(STH_FAULT_FETCH_BUS);
    end else if (opcode_bad_q) begin
      code = 4'(STH_FAULT_OPCODE);
    end else if (reserved_q != '0) begin
      code  = 4'(STH_FAULT_RESERVED);
      words = reserved_q;
    end else if (field_q != '0) begin
      code  = 4'(STH_FAULT_FIELD);
      words = field_q;
    end else if (align_q != '0) begin
      code  = 4'(STH_FAULT_ALIGN);
      words = align_q;
    end else if (range_q != '0) begin
      code  = 4'(STH_FAULT_RANGE);
      words = range_q;
    end
  end

  always_comb begin
    word = '0;
    for (int i = 15; i >= 0; i--) begin
      if (words[i]) word = 4'(i);
    end
  end

  // Control.
  logic done, faulty, handed, take;

  assign done   = step_q == StepDone && !stop_i && !halted_q;
  assign faulty = code_q != 4'(STH_FAULT_NONE);
  assign handed = (queue_valid_o & queue_ready_i) != '0;
  assign take   = cmd_valid_i && cmd_ready_o;

  always_comb begin
    step_d   = step_q;
    halted_d = halted_q || fault_valid_o;
    if (take) step_d = StepStart;
    else if (handed || fault_valid_o) step_d = StepIdle;
    else if (step_q != StepIdle && step_q != StepDone) step_d = step_q + 4'd1;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      step_q   <= StepIdle;
      halted_q <= 1'b0;
    end else begin
      step_q   <= step_d;
      halted_q <= halted_d;
    end
  end

  always_ff @(posedge clk_i) begin
    if (take) begin
      cmd_q   <= cmd_i;
      index_q <= cmd_index_i;
      addr_q  <= cmd_addr_i;
      error_q <= cmd_error_i;

      opcode_bad_q <= opcode_bad;
      engine_q     <= engine;
      is_dma_q     <= is_dma;
      is_matmul_q  <= is_matmul;
      is_vector_q  <= is_vector;
    end
    if (step_q == StepSelect) begin
      code_q <= code;
      word_q <= word;
    end
  end

  assign cmd_ready_o   = (step_q == StepIdle || handed) && !stop_i && !halted_q;
  assign queue_valid_o = done && !faulty ? engine_q : 4'b0000;
  assign queue_cmd_o   = cmd_q;
  assign queue_index_o = index_q;
  assign next_index_o  = step_q == StepIdle && !halted_q ? cmd_index_i : index_q;

  assign fault_valid_o = done && faulty;
  assign fault_code_o  = code_q;
  assign fault_addr_o  = code_q == 4'(STH_FAULT_FETCH_BUS) ? addr_q : 40'(word_q);

  initial begin
    if (STH_LAT_DECODE != 32'(StepDone)) $error("LAT_DECODE is not the number of steps");
    if (STH_USED_LOAD != STH_USED_STORE || STH_USED_SYNC_LOAD != STH_USED_SYNC_MATRIX ||
        STH_USED_SYNC_LOAD != STH_USED_SYNC_VECTOR ||
        STH_USED_SYNC_LOAD != STH_USED_SYNC_STORE) begin
      $error("commands of a kind differ in layout");
    end
  end

  `STH_ASSERT(OneQueue, $onehot0(queue_valid_o))
  `STH_ASSERT(HandsLegalOnly, queue_valid_o != '0 ->
              {error_q, opcode_bad_q, reserved_q, field_q, align_q, range_q} == '0)
  `STH_ASSERT_STAYS(OfferStays, queue_valid_o != '0 && !handed, {queue_valid_o, index_q}, stop_i)
  `STH_ASSERT(NothingBehindAFault, halted_q -> queue_valid_o == '0 && !cmd_ready_o)
  `STH_ASSERT_NEXT(OneFault, fault_valid_o, !fault_valid_o)
  `STH_ASSERT(StepInRange, step_q <= StepDone)
  `STH_ASSERT(InOrder, take && handed -> cmd_index_i == index_q + 32'd1)
  for (genvar i = 0; i < 8; i++) begin : gen_product
    `STH_ASSERT(ProductIsDone, step_q == StepSum ->
                prod[49 * i +: 49] == 49'(mul_a[16 * i +: 16]) * 49'(mul_b[32 * i +: 32]) +
                                      49'(mul_c[40 * i +: 40]))
  end

endmodule

`default_nettype wire
