# Firmware as bare-metal RV32 images, and what they take there.
#
#   make rv32     instructions that the player takes for a command
#
# An image is sources of firmware/ with start-up and linker script, without a C
# library; it is built for size and for speed, and once more with its code in the
# ROM.
RV32_PACKAGES = gcc-riscv64-unknown-elf libunicorn-dev
RV32_CC = riscv64-unknown-elf-gcc
RV32_AR = riscv64-unknown-elf-ar
RV32 = $(BUILD)/rv32
RV32_LEVELS = Os O2
RV32_START = $(wildcard firmware/rv32/*.S)
# What any image may use; the linker takes what it does.
RV32_BOARD = $(addprefix firmware/rv32/,sth_accelerator.c sth_board.c \
	sth_console.c sth_string.c sth_trap.c) firmware/hal/sth_hal_mmio.c \
	firmware/hal/sth_fw_err.c firmware/driver/sth_driver.c
RV32_PLAYER = $(RV32_BOARD) firmware/rv32/sth_player.c firmware/runtime/sth_compiled.c
RV32_TRAPS = $(RV32_BOARD) tests/rv32/traps.c
# All of it, for images of others: what links with it names no source.
RV32_FIRMWARE = $(filter-out firmware/hal/sth_hal_host.c,$(FIRMWARE_SRC)) \
	$(filter-out firmware/rv32/sth_player.c,$(wildcard firmware/rv32/*.c))
RV32_EXAMPLES = $(basename $(notdir $(wildcard firmware/examples/*.c)))
# Images with a planted bug each, for the platform's diagnosis.
RV32_BUGS = $(basename $(notdir $(wildcard tests/firmware_bugs/*.c)))
RV32_CFLAGS = -march=rv32imac_zicsr -mabi=ilp32 -std=c11 -g $(WARN) \
	-ffreestanding -ffunction-sections -fdata-sections -I$(RV32) -I$(BUILD)/gen \
	-Ispec $(addprefix -I,$(wildcard firmware/*/))
RV32_LDFLAGS = -march=rv32imac -mabi=ilp32 -nostdlib -static \
	-Wl,--gc-sections -Wl,--fatal-warnings -Wl,--no-warn-rwx-segments
RV32_IMAGES = $(RV32_LEVELS:%=$(RV32)/%/player.elf) $(RV32)/Os/player-rom.elf \
	$(RV32)/Os/traps.elf $(RV32_EXAMPLES:%=$(RV32)/Os/%.elf)

$(RV32)/deps.stamp: mk/rv32.mk
	$(call install-packages,$(RV32_PACKAGES))

deps-rv32: $(RV32)/deps.stamp ## install the Debian packages that make rv32 adds: RISC-V gcc, Unicorn

# The header of the C library that firmware includes.
$(RV32)/string.h: mk/rv32.mk
	@mkdir -p $(@D)
	$(Q)echo '#include "sth_string.h"' >$@

$(RV32)/image.ld: RV32_PLACE =
$(RV32)/image-rom.ld: RV32_PLACE = -DSTH_IMAGE_ROM
$(RV32)/image.ld $(RV32)/image-rom.ld: firmware/rv32/sth_image.ld $(PLATFORM) \
		| $(RV32)/deps.stamp
	$(Q)$(RV32_CC) -E -P -x c -I$(BUILD)/gen $(RV32_PLACE) $< -o $@

define rv32-link
	$(call say,RV32,$@)
	@mkdir -p $(@D)
	$(Q)$(RV32_CC) $(RV32_LDFLAGS) -T $(filter %.ld,$^) -o $@ \
	  $(filter %.o %.a,$^) -lgcc
endef

define rv32-level
$(RV32)/$(1)/%.o: %.c | $(RV32)/deps.stamp $(RV32)/string.h $(PLATFORM)
	$$(call say,RV32-$(1),$$<)
	@mkdir -p $$(@D)
	$(Q)$(RV32_CC) $(RV32_CFLAGS) -$(1) -MMD -MP -c $$< -o $$@

$(RV32)/$(1)/%.o: %.S | $(RV32)/deps.stamp $(PLATFORM)
	@mkdir -p $$(@D)
	$(Q)$(RV32_CC) $(RV32_CFLAGS) -MMD -MP -c $$< -o $$@

$(RV32)/$(1)/player.elf: $(RV32_PLAYER:%.c=$(RV32)/$(1)/%.o) \
		$(RV32_START:%.S=$(RV32)/$(1)/%.o) $(RV32)/image.ld
$(RV32)/$(1)/player-rom.elf: $(RV32_PLAYER:%.c=$(RV32)/$(1)/%.o) \
		$(RV32_START:%.S=$(RV32)/$(1)/%.o) $(RV32)/image-rom.ld
$(RV32)/$(1)/traps.elf: $(RV32_TRAPS:%.c=$(RV32)/$(1)/%.o) \
		$(RV32_START:%.S=$(RV32)/$(1)/%.o) $(RV32)/image-rom.ld
$(RV32_BUGS:%=$(RV32)/$(1)/bugs/%.elf): $(RV32)/$(1)/bugs/%.elf: \
		$(RV32)/$(1)/tests/firmware_bugs/%.o \
		$(RV32_BOARD:%.c=$(RV32)/$(1)/%.o) \
		$(RV32_START:%.S=$(RV32)/$(1)/%.o) $(RV32)/image.ld
	$$(rv32-link)
$(RV32)/$(1)/libsystolith_rv32.a: $(RV32_FIRMWARE:%.c=$(RV32)/$(1)/%.o) \
		$(RV32_START:%.S=$(RV32)/$(1)/%.o)
	$$(call say,AR,$$@)
	$(Q)rm -f $$@ && $(RV32_AR) rcs $$@ $$^

$(RV32_EXAMPLES:%=$(RV32)/$(1)/%.elf): $(RV32)/$(1)/%.elf: \
		$(RV32)/$(1)/firmware/examples/%.o \
		$(RV32)/$(1)/libsystolith_rv32.a $(RV32)/image.ld
	$$(rv32-link)
$(RV32)/$(1)/%.elf:
	$$(rv32-link)
endef
$(foreach level,$(RV32_LEVELS),$(eval $(call rv32-level,$(level))))

# What plays images: a processor with the platform's devices.
$(RV32)/count $(RV32)/boot: $(RV32)/%: $(BUILD)/tests/rv32/%.o \
		$(BUILD)/tests/rv32/machine.o $(BUILD)/libtools.a \
		$(BUILD)/libfirmware.a $(BUILD)/libsystolith.a | $(RV32)/deps.stamp
	$(call say,LD,$@)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ -lunicorn $(LDLIBS)

$(addprefix $(BUILD)/tests/rv32/,count.o boot.o machine.o): CFLAGS += -Itests/rv32 \
	-Ifirmware/rv32
$(addprefix $(BUILD)/tests/rv32/,count.o boot.o machine.o): \
	| $(RV32)/deps.stamp $(PLATFORM)

build-rv32: $(RV32)/count $(RV32)/boot $(BUILD)/systolith $(RV32_IMAGES)

build-firmware-bugs: $(RV32_BUGS:%=$(RV32)/Os/bugs/%.elf)

rv32: build-rv32 ## instructions that the player of programs takes on RV32
	$(Q)BUILD=$(BUILD) tests/rv32/run.sh

.PHONY: deps-rv32 build-rv32 build-firmware-bugs rv32
