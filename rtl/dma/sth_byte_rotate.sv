// Rotates a bus of bytes towards higher byte numbers by a variable amount.
//
// Byte b of the input leaves at byte (b + amount * UnitBytes) % Bytes.  It is
// purely combinational and knows nothing of validity:
// callers rotate a mask beside the data with a second instance (ByteBits = 1).
`default_nettype none

module sth_byte_rotate #(
  // Bytes on the bus; a power of two above UnitBytes.
  parameter int Bytes = 32,
  // Granularity of the amount in bytes; a power of two.
  parameter int UnitBytes = 1,
  // Bits that travel together as one byte.
  parameter int ByteBits = 8,
  localparam int AmountWidth = $clog2(Bytes / UnitBytes),
  localparam int Width = Bytes * ByteBits
) (
  input  logic [AmountWidth-1:0] amount_i,
  input  logic [      Width-1:0] data_i,
  output logic [      Width-1:0] data_o
);

  localparam int UnitBits = UnitBytes * ByteBits;

  // The upper half of two copies, shifted, is the rotated bus.
  logic [$clog2(Width)-1:0] shift;

  assign shift = ($clog2(Width))'(amount_i) * ($clog2(Width))'(UnitBits);
  assign data_o = Width'(({2{data_i}} << shift) >> Width);

  initial begin
    if ((Bytes & (Bytes - 1)) != 0 || (UnitBytes & (UnitBytes - 1)) != 0 || Bytes <= UnitBytes)
      $error("Bytes and UnitBytes are no powers of two, one above the other");
  end

endmodule

`default_nettype wire
