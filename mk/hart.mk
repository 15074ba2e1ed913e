# The processor of the virtual platform.
#
#   make hart     the processor in step with Unicorn, and how fast it is
HART = $(BUILD)/hart

HART_OBJ = $(addprefix $(BUILD)/tests/hart/,lockstep.o play.o board.o)

$(HART_OBJ): CFLAGS += -Itests/rv32 -Ifirmware/rv32
$(HART_OBJ): | $(RV32)/deps.stamp $(PLATFORM)

$(HART)/lockstep: $(BUILD)/tests/hart/lockstep.o $(BUILD)/libtools.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ -lunicorn

$(HART)/play: $(BUILD)/tests/hart/play.o $(BUILD)/tests/hart/board.o \
		$(BUILD)/tests/rv32/machine.o $(BUILD)/libtools.a \
		$(BUILD)/libfirmware.a $(BUILD)/libsystolith.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ -lunicorn $(LDLIBS)

build-hart: $(HART)/lockstep $(HART)/play $(BUILD)/systolith \
	$(RV32_LEVELS:%=$(RV32)/%/player.elf)

hart: build-hart ## the processor of the platform: against Unicorn, and its speed
	$(Q)BUILD=$(BUILD) tests/hart/run.sh

.PHONY: build-hart hart
