# How near the chip comes to what its array and its bus allow: one table.
# Each case: name | options of `systolith trace` | options of `systolith run`.
EFFICIENCY = $(BUILD)/efficiency
EFFICIENCY_CASES = verif/efficiency/cases.txt
EFFICIENCY_NAMES := $(shell awk -F'|' '/^[^\#]/ {gsub(/ /, "", $$1); print $$1}' \
	$(EFFICIENCY_CASES))
efficiency-field = $$(awk -F'|' -v n=$(1) \
	'{k = $$1; gsub(/ /, "", k)} k == n {print $$$(2)}' $(EFFICIENCY_CASES))

$(EFFICIENCY)/%.json: $(EFFICIENCY_CASES) $(BUILD)/systolith \
		$(BUILD)/rtl/edge/libsth_rtl.so
	$(call say,RUN,$*)
	@mkdir -p $(@D)
	$(Q)$(BUILD)/systolith trace $(call efficiency-field,$*,2) -o $(@D)/$*.trace
	$(Q)$(BUILD)/systolith run $(@D)/$*.trace $(call efficiency-field,$*,3) \
	  --no-reference --json $@ >$(@D)/$*.txt || { cat $(@D)/$*.txt; exit 1; }

# One of the layers of `make run` is a case as well.
EFFICIENCY_REPORTS = $(EFFICIENCY_NAMES:%=$(EFFICIENCY)/%.json) \
	$(RUN)/llama-3.2-1b-decode64-bf16.json

efficiency: $(EFFICIENCY_REPORTS) ## cycles of the chip against the bounds of array and bus
	$(Q)$(BUILD)/systolith table --efficiency $^

.PHONY: efficiency
