# The C libraries and the command.
-include mk/csim.mk

CSIM_SRC = $(wildcard csim/*/*.c)
FIRMWARE_SRC = $(filter-out firmware/rv32/% firmware/examples/%, \
	$(wildcard firmware/*/*.c))
TOOLS_SRC = $(filter-out tools/specgen/% tools/funcgen/%,$(wildcard tools/*/*.c))

obj = $(patsubst %.c,$(BUILD)/%.o,$(1))

$(BUILD)/%.o: %.c | $(BUILD)/deps.stamp
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/libsystolith.a: $(call obj,$(CSIM_SRC))
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/libfirmware.a: $(call obj,$(FIRMWARE_SRC))
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/libtools.a: $(filter-out %/main.o,$(call obj,$(TOOLS_SRC)))
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/systolith: $(BUILD)/tools/cli/main.o $(BUILD)/libtools.a \
		$(BUILD)/libfirmware.a $(BUILD)/libsystolith.a
	$(call say,LD,$@)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(LDLIBS)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
