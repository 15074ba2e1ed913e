# Longer runs than `make test`: any number of random programs, full parity.
RANDOM_SEED ?= 100000
REGRESS_COUNT ?= 5000
NIGHTLY_COUNT ?= 100000
REGRESS_CONFIGS ?= 200
# The RTL of server takes long to build and to run.
SERVER_COUNT ?= 40
COUNT ?= 10
SEED ?= 1

# One campaign for each configuration; the seed is part of what is printed.
random-%: $(BUILD)/systolith $(BUILD)/rtl/%/libsth_rtl.so
	$(Q)$(BUILD)/systolith random --config $* --count $(RANDOM_COUNT) \
	  --seed $(RANDOM_SEED)
	$(Q)$(BUILD)/systolith random --faults --config $* \
	  --count $(RANDOM_COUNT) --seed $(RANDOM_SEED)

random-configs: $(BUILD)/systolith ## COUNT configurations drawn from SEED on, model against RTL
	$(Q)BUILD=$(BUILD) PARALLEL=$(PARALLEL) verif/random/configs.sh $(SEED) $(COUNT)

regress: test lint parity-full test-asserts $(BUILD)/tests/core/test_ahead ## test, lint, full parity, planted faults, 5000 random programs of each kind, 40 on server, odd chips, 200 configurations
	$(Q)AHEAD_SEEDS=$(REGRESS_COUNT) $(BUILD)/tests/core/test_ahead
	$(Q)$(MAKE) --no-print-directory -j$(PARALLEL) random-nano random-edge \
	  random-wide RANDOM_COUNT=$(REGRESS_COUNT)
	$(Q)$(MAKE) --no-print-directory random-server RANDOM_COUNT=$(SERVER_COUNT)
	$(Q)BUILD=$(BUILD) PARALLEL=$(PARALLEL) verif/random/configs.sh odd
	$(Q)$(MAKE) --no-print-directory random-configs COUNT=$(REGRESS_CONFIGS)

nightly: regress silicon fuzz-gdb ## regress, synthesis, ten minutes of fuzzing and 100000 random programs of each kind
	$(Q)$(MAKE) --no-print-directory -j$(PARALLEL) random-nano random-edge \
	  random-wide RANDOM_COUNT=$(NIGHTLY_COUNT) \
	  RANDOM_SEED=$$(date +%s)
	$(Q)$(MAKE) --no-print-directory random-configs COUNT=$(REGRESS_CONFIGS) \
	  SEED=$$(date +%s)

.PHONY: random-configs regress nightly
