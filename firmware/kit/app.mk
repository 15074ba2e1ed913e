# What the Makefile of an app includes: an image of its own sources and of the
# firmware that is installed beside this file, and how it runs.
#
#   make            NAME.elf
#   make run        on the virtual platform; VP="--config nano --backend rtl"
#   make debug      gdb, and the platform behind it; GDBFLAGS="-batch -x FILE"
#   make profile    where the processor's cycles go: NAME.profile, NAME.svg
#   make coverage   which lines were executed: NAME.info, in lcov's format
#   make clean      V=1 prints the commands
#
# and a new app, in a folder of its own:
#
#   make -f PREFIX/share/systolith/firmware/app.mk new-app NAME=blink [EXAMPLE=product]
#
# An app may set, before it includes this: SOURCES (*.c), OPT (-Os), IMAGE (ram;
# rom: its code in the ROM), CFLAGS, LDFLAGS.
FIRMWARE := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
SYSTOLITH ?= $(abspath $(FIRMWARE)/../../../bin/systolith)
CROSS ?= riscv64-unknown-elf-
GDB ?= gdb-multiarch
PORT ?= 1234
NAME ?= app
SOURCES ?= $(wildcard *.c)
OPT ?= -Os
IMAGE ?= ram
EXAMPLE ?= hello
Q := $(if $(V),,@)

APP_CFLAGS = -march=rv32imac_zicsr -mabi=ilp32 -std=c11 -g $(OPT) -Wall -Wextra \
	-ffreestanding -ffunction-sections -fdata-sections -I$(FIRMWARE)/include
APP_LDFLAGS = -march=rv32imac -mabi=ilp32 -nostdlib -static -Wl,--gc-sections \
	-Wl,--fatal-warnings -Wl,--no-warn-rwx-segments \
	-T $(FIRMWARE)/lib/image-$(IMAGE).ld

$(NAME).elf: $(SOURCES:%.c=build/%.o)
	@echo "  LD $@"
	$(Q)$(CROSS)gcc $(APP_LDFLAGS) $(LDFLAGS) -o $@ $^ -L$(FIRMWARE)/lib \
	  -lsystolith_rv32 -lgcc

build/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC $<"
	$(Q)$(CROSS)gcc $(APP_CFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

run: $(NAME).elf
	$(Q)$(SYSTOLITH) vp $< $(VP)

debug: $(NAME).elf
	$(Q)$(SYSTOLITH) vp $< --gdb $(PORT) $(VP) & \
	$(GDB) -q $< -ex 'directory $(FIRMWARE)/src' -ex 'target remote :$(PORT)' \
	  $(GDBFLAGS)

profile: $(NAME).elf
	$(Q)$(SYSTOLITH) vp $< --profile $(NAME).profile \
	  --flame $(NAME).svg $(VP)

coverage: $(NAME).elf
	$(Q)$(SYSTOLITH) vp $< --coverage $(NAME).info $(VP)

clean:
	$(Q)rm -rf build $(NAME).elf $(NAME).profile $(NAME).svg $(NAME).info

new-app:
	@test ! -e $(NAME) || { echo "$(NAME) is there already"; exit 1; }
	@mkdir $(NAME)
	@cp $(FIRMWARE)/examples/$(EXAMPLE).c $(NAME)/main.c
	@printf 'NAME = %s\ninclude %s/app.mk\n' $(notdir $(NAME)) $(FIRMWARE) \
	  >$(NAME)/Makefile
	@echo "$(NAME)/main.c is $(EXAMPLE).c; next: make -C $(NAME) run"

.PHONY: run debug profile coverage clean new-app
-include $(wildcard build/*.d)
