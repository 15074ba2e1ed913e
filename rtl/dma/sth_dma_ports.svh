// The ports that sth_load, sth_store and sth_dma_control have in common, included at the head of
// their port lists; sth_dma_connect.svh passes them on.
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic [            63:0] cycle_i,
  // No new burst is issued, and no command accepted.
  input  logic                    drain_i,
  // Nothing is outstanding on the bus.
  output logic                    idle_o,
  // A command is in flight; high up to the cycle of its retirement.
  output logic                    busy_o,

  // Commands, whose waits are satisfied and whose fields the decoder has checked.
  input  logic                    cmd_valid_i,
  output logic                    cmd_ready_o,
  input  logic [           511:0] cmd_i,
  input  logic [            31:0] cmd_index_i,

  // Retirement, in order; one cycle each.
  output logic                    retire_valid_o,
  output logic [            31:0] retire_index_o,
  output logic [            15:0] retire_post_o,
  output logic                    retire_irq_o,
  output logic [            63:0] retire_start_o,
  output logic [            31:0] retire_digest_o,
  output logic                    retire_error_o,
  output logic [            39:0] retire_error_addr_o,
  output logic [            47:0] retire_bytes_o,
