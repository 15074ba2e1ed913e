# The measured figures and pictures of README and docs.
#
#   make figures        measures, and refills pages and docs/images
#   make figures-check  measures, and fails where a page or a picture is another
#
# What stands in a page between `<!-- figures: NAME -->` and `<!-- end -->` is
# $(FIGURES)/NAME.md.  What hangs on the host, or takes too long, or was measured by
# others, comes from a record in verif/ with its date: speed, silicon, DRAMsim3.
FIGURES = $(BUILD)/figures
FIGURE_NAMES = chips memories layers efficiency parity summary speed growth rv32 images errors \
	programs plan example dram-known dram-later orders $(SILICON_RECORDED:%=silicon-%)
FIGURE_PICTURES = parity.svg $(SILICON_RECORDED:%=silicon-%.svg)
FIGURE_PAGES = $(shell grep -l '^<!-- figures: ' README.md docs/*.md)
FIGURE_CHIPS = nano wide edge server
SILICON_RECORDED = nano edge
SPEED_RECORD = verif/speed/speed.txt

figure = $(Q)mkdir -p $(@D); $(1) >$@.part && mv $@.part $@

$(FIGURES)/chips.md: mk/figures/chips.awk $(FIGURE_CHIPS:%=configs/%.cfg) \
		$(BUILD)/systolith
	$(call figure,for chip in $(FIGURE_CHIPS); do \
	  $(BUILD)/systolith info $$chip || exit; done | awk -f $<)

$(FIGURES)/memories.md: mk/figures/memories.awk spec/memory.def
	$(call figure,awk -f $^)

$(FIGURES)/layers.md: $(RUN_TRACES:%=$(RUN)/%.json)
	$(call figure,$(BUILD)/systolith table $^)

$(FIGURES)/efficiency.md: $(EFFICIENCY_REPORTS)
	$(call figure,$(BUILD)/systolith table --efficiency $^)

$(FIGURES)/parity.svg: $(PARITY_CASES) $(PARITY_GOLDEN) $(BUILD)/systolith
	@mkdir -p $(@D)
	$(Q)$(BUILD)/systolith parity $(PARITY_CASES) --golden $(PARITY_GOLDEN) \
	  --no-rtl --svg $@

$(FIGURES)/parity.md: mk/figures/parity.awk $(PARITY_GOLDEN)
	$(call figure,awk -f $^)

$(FIGURES)/speed.md $(FIGURES)/growth.md: $(FIGURES)/%.md: mk/figures/speed.awk \
		$(SPEED_RECORD)
	$(call figure,awk -v part=$* -f $^)

$(FIGURES)/rv32.md: mk/figures/rv32.awk tests/rv32/run.sh \
		$(RV32_IMAGES) $(RV32)/count
	@mkdir -p $(@D)
	$(Q)BUILD=$(BUILD) tests/rv32/run.sh >$@.txt || { cat $@.txt; exit 1; }
	$(call figure,awk -f $< $@.txt)

$(FIGURES)/images.md: mk/figures/images.awk tests/rv32/sizes.txt
	$(call figure,awk -f $^)

$(FIGURES)/errors.md: mk/figures/errors.awk $(BUILD)/tests/numerics/test_numerics
	@mkdir -p $(@D)
	$(Q)$(BUILD)/tests/numerics/test_numerics >$@.txt 2>&1 || { cat $@.txt; exit 1; }
	$(call figure,awk -f $< $@.txt)

$(FIGURES)/programs.md: mk/figures/programs.sh $(BUILD)/systolith
	$(call figure,$^)

$(FIGURES)/example.md: mk/figures/example.sh $(BUILD)/systolith docs/trace.md
	$(call figure,$< $(BUILD)/systolith)

$(FIGURES)/plan.md: $(BUILD)/systolith
	@mkdir -p $(@D)
	$(Q)$< trace --op layernorm:37x101 -o $(@D)/plan.trace
	$(call figure,{ echo '```' && $< plan $(@D)/plan.trace --config edge -o - && \
	  echo '```'; })

# Our side of the comparison with another model of DRAM.
DRAM_RECORD = verif/memory/dramsim3.txt

$(BUILD)/streams: $(BUILD)/verif/memory/sth_streams.o $(BUILD)/libsystolith.a
	$(call say,LD,$@)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(LDLIBS)

build-streams: $(BUILD)/streams

$(FIGURES)/dram-%.md: $(BUILD)/streams $(DRAM_RECORD)
	$(call figure,$^ table $*)

$(FIGURES)/orders.md: mk/figures/orders.awk $(SILICON_RECORD)/orders.txt
	$(call figure,awk -f $^)

$(FIGURES)/silicon-%.md $(FIGURES)/silicon-%.svg: $(SILICON_RECORD)/%.txt \
		$(wildcard $(SILICON_RECORD)/*-power.txt) $(BUILD)/systolith
	@mkdir -p $(@D)
	$(Q)$(BUILD)/systolith silicon --config $* --measured $< --markdown \
	  $(addprefix --power ,$(wildcard $(SILICON_RECORD)/$*-power.txt)) \
	  --svg $(FIGURES)/silicon-$*.svg >$(FIGURES)/silicon-$*.md

$(FIGURES)/summary.md: mk/figures/summary.awk $(PARITY_GOLDEN) \
		$(FIGURES)/efficiency.md $(FIGURES)/silicon-nano.md \
		$(FIGURES)/silicon-edge.md $(FIGURES)/speed.md
	$(call figure,awk -f $^)

FIGURE_FILES = $(FIGURE_NAMES:%=$(FIGURES)/%.md) $(FIGURE_PICTURES:%=$(FIGURES)/%)
.SECONDARY: $(FIGURE_FILES)

figures: $(FIGURE_FILES) ## measure, and refill the figures and pictures of README and docs
	$(Q)for page in $(FIGURE_PAGES); do \
	  mk/figures.sh $(FIGURES) <$$page >$(BUILD)/page.md && \
	  mv $(BUILD)/page.md $$page || exit; \
	done
	$(Q)cp $(FIGURE_PICTURES:%=$(FIGURES)/%) docs/images

figures-check: $(FIGURE_FILES)
	$(Q)for name in $(FIGURE_NAMES); do \
	  grep -qx "<!-- figures: $$name -->" $(FIGURE_PAGES) || \
	  { echo "no page has figure $$name"; exit 1; }; \
	done
	$(Q)mk/figures-check.sh $(FIGURES) docs/images $(FIGURE_PICTURES) -- $(FIGURE_PAGES)
	$(Q)$(BUILD)/systolith bench --no-rtl --repeat 1 >$(FIGURES)/bench.txt
	$(Q)awk -f mk/figures/stale.awk $(SPEED_RECORD) $(FIGURES)/bench.txt

.PHONY: figures figures-check build-streams
