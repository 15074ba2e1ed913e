# Firmware as bare-metal RV32 images, and what they take there.
#
#   make rv32     instructions that the player takes for a command
#
# An image is sources of firmware/ with start-up and linker script, without a C
# library; it is built for size and for speed.
RV32_PACKAGES = gcc-riscv64-unknown-elf libunicorn-dev
RV32_CC = riscv64-unknown-elf-gcc
RV32 = $(BUILD)/rv32
RV32_LEVELS = Os O2
RV32_PLAYER = $(wildcard firmware/rv32/*.c) firmware/hal/sth_hal_mmio.c \
	firmware/driver/sth_driver.c firmware/runtime/sth_compiled.c
RV32_START = firmware/rv32/sth_start.S
RV32_CFLAGS = -march=rv32imac_zicsr -mabi=ilp32 -std=c11 -g $(WARN) \
	-ffreestanding -ffunction-sections -fdata-sections -I$(RV32) -Ispec \
	$(addprefix -I,$(wildcard firmware/*/))
RV32_LDFLAGS = -march=rv32imac -mabi=ilp32 -nostdlib -static \
	-T firmware/rv32/sth_image.ld -Wl,--gc-sections -Wl,--fatal-warnings \
	-Wl,--no-warn-rwx-segments

$(RV32)/deps.stamp: mk/rv32.mk
	$(call install-packages,$(RV32_PACKAGES))

deps-rv32: $(RV32)/deps.stamp ## install the Debian packages that make rv32 adds: RISC-V gcc, Unicorn

# The header of the C library that firmware includes.
$(RV32)/string.h: mk/rv32.mk
	@mkdir -p $(@D)
	$(Q)echo '#include "sth_string.h"' >$@

define rv32-level
$(RV32)/$(1)/%.o: %.c | $(RV32)/deps.stamp $(RV32)/string.h
	$$(call say,RV32-$(1),$$<)
	@mkdir -p $$(@D)
	$(Q)$(RV32_CC) $(RV32_CFLAGS) -$(1) -MMD -MP -c $$< -o $$@

$(RV32)/$(1)/%.o: %.S | $(RV32)/deps.stamp
	@mkdir -p $$(@D)
	$(Q)$(RV32_CC) $(RV32_CFLAGS) -c $$< -o $$@

$(RV32)/$(1)/player.elf: $(RV32_PLAYER:%.c=$(RV32)/$(1)/%.o) \
		$(RV32_START:%.S=$(RV32)/$(1)/%.o) firmware/rv32/sth_image.ld
	$$(call say,RV32,$$@)
	$(Q)$(RV32_CC) $(RV32_LDFLAGS) -o $$@ $$(filter %.o,$$^) -lgcc
endef
$(foreach level,$(RV32_LEVELS),$(eval $(call rv32-level,$(level))))

$(RV32)/count: $(BUILD)/tests/rv32/count.o $(BUILD)/libtools.a \
		$(BUILD)/libfirmware.a $(BUILD)/libsystolith.a | $(RV32)/deps.stamp
	$(call say,LD,$@)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ -lunicorn $(LDLIBS)

$(BUILD)/tests/rv32/count.o: | $(RV32)/deps.stamp

build-rv32: $(RV32)/count $(BUILD)/systolith \
	$(RV32_LEVELS:%=$(RV32)/%/player.elf)

rv32: build-rv32 ## instructions that the player of programs takes on RV32
	$(Q)BUILD=$(BUILD) tests/rv32/run.sh

.PHONY: deps-rv32 build-rv32 rv32
