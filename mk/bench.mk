# How fast the simulators are: text and JSON.
bench: $(BUILD)/systolith $(BUILD)/rtl/edge/libsth_rtl.so ## simulated cycles per second of model and RTL
	@mkdir -p $(BUILD)/bench
	$(Q)$(BUILD)/systolith bench --instructions --json $(BUILD)/bench/bench.json

.PHONY: bench
