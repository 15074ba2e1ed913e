# The measured figures of README and docs: tables between `<!-- figures: NAME -->`
# and `<!-- end -->`, made from what the measuring targets leave.
FIGURES = $(BUILD)/figures
FIGURE_NAMES = layers efficiency parity summary
FIGURE_PAGES = README.md docs/performance.md docs/parity.md

$(FIGURES)/layers.md: $(RUN_TRACES:%=$(RUN)/%.json)
	@mkdir -p $(@D)
	$(Q)$(BUILD)/systolith table $^ >$@.part && mv $@.part $@

$(FIGURES)/efficiency.md: $(EFFICIENCY_NAMES:%=$(EFFICIENCY)/%.json)
	@mkdir -p $(@D)
	$(Q)$(BUILD)/systolith table --efficiency $^ >$@.part && mv $@.part $@

$(FIGURES)/parity.md: mk/figures-parity.awk $(PARITY_GOLDEN)
	@mkdir -p $(@D)
	$(Q)awk -f $^ >$@.part && mv $@.part $@

$(FIGURES)/summary.md: mk/figures-summary.awk $(PARITY_GOLDEN) \
		$(FIGURES)/efficiency.md
	@mkdir -p $(@D)
	$(Q)awk -f $^ >$@.part && mv $@.part $@

figures: $(FIGURE_NAMES:%=$(FIGURES)/%.md) ## refill the measured tables of README and docs
	$(Q)for page in $(FIGURE_PAGES); do \
	  mk/figures.sh $(FIGURES) <$$page >$(BUILD)/page.md && \
	  mv $(BUILD)/page.md $$page || exit; \
	done

# The pages as they are, against what is measured now.
figures-check: $(FIGURE_NAMES:%=$(FIGURES)/%.md)
	$(Q)for page in $(FIGURE_PAGES); do \
	  mk/figures.sh $(FIGURES) <$$page | diff -u $$page - || \
	  { echo "$$page: run make figures"; exit 1; }; \
	done

.PHONY: figures figures-check
