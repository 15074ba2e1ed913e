# How far the C model's cycles are from the RTL's: docs/parity.md.
PARITY = $(BUILD)/parity
PARITY_CASES = verif/parity/cases.txt
PARITY_GOLDEN = verif/parity/golden.txt
# Configurations that the cases name.
PARITY_CONFIGS := $(sort $(shell awk -F'|' \
	'/^[^\#]/ && NF == 7 {gsub(/ /, "", $$4); print $$4}' $(PARITY_CASES)))
PARITY_RTL = $(PARITY_CONFIGS:%=$(BUILD)/rtl/%/libsth_rtl.so)

parity-run = @mkdir -p $(PARITY); $(BUILD)/systolith parity $(PARITY_CASES) \
	--golden $(PARITY_GOLDEN) --jobs $(PARALLEL)

build-parity: $(BUILD)/systolith $(PARITY_RTL)

parity: build-parity ## quick cases: cycles of the model against the RTL
	$(parity-run) --quick --json $(PARITY)/quick.json --svg $(PARITY)/quick.svg

parity-full: build-parity ## every case, with layers at their real dimensions
	$(parity-run) --json $(PARITY)/full.json --svg $(PARITY)/full.svg

parity-record: build-parity ## accept the RTL cycles of every case
	$(parity-run) --record --json $(PARITY)/full.json --svg $(PARITY)/full.svg

.PHONY: build-parity parity parity-full parity-record
