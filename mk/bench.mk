# How fast the simulators are: text and JSON.
BENCH_RTL = $(CONFIGS:%=$(BUILD)/rtl/%/libsth_rtl.so)

bench: $(BUILD)/systolith $(BENCH_RTL) ## simulated cycles per second of model and RTL
	@mkdir -p $(BUILD)/bench
	$(Q)$(BUILD)/systolith bench --instructions --growth --json $(BUILD)/bench/bench.json

# The record of speed, from which performance.md is filled: the text of a run.
bench-record: $(BUILD)/systolith $(BENCH_RTL) ## measure, and accept the speeds of the simulators
	@mkdir -p verif/speed
	$(Q){ sed -n 's/^model name[^:]*: /machine /p' /proc/cpuinfo | head -1; \
	  date +'date %F'; \
	  git log -1 --format='commit %h'; \
	  $(BUILD)/systolith bench --instructions --growth; } >$(BUILD)/speed.txt && \
	  mv $(BUILD)/speed.txt verif/speed/speed.txt

.PHONY: bench bench-record
