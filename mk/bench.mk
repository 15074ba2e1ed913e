# How fast the simulators are: text and JSON.
BENCH_RTL = $(CONFIGS:%=$(BUILD)/rtl/%/libsth_rtl.so)

bench: $(BUILD)/systolith $(BENCH_RTL) ## simulated cycles per second of model and RTL
	@mkdir -p $(BUILD)/bench
	$(Q)$(BUILD)/systolith bench --instructions --growth --json $(BUILD)/bench/bench.json

.PHONY: bench
