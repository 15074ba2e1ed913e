# Clock and area from synthesis: Yosys and ABC to standard cells, OpenSTA.
#
#   make silicon CONFIG=nano
#   make silicon-power SILICON_CONFIGS="nano my.cfg"
#   make silicon-block BLOCK=sth_pe_row CONFIG=nano MAPPING=delay
#   make silicon-block BLOCK=sth_pe_row PARAMS="Cols=1"
#   make silicon-block BLOCK=sth_vector_node CONFIG=nano SHUFFLE=1
#
# A chip is synthesised in the blocks of blocks.txt, each once however often it
# stands in the chip, and timed as a whole.  What was measured stands in
# build/silicon/CONFIG/chip.txt, which `systolith silicon` reads.  One block is a
# module as it stands in the core of CONFIG, with all below it flat;
# with PARAMS it is the module by itself, its other parameters at their defaults.
# What was measured before, a file for each configuration.
SILICON_RECORD = verif/silicon
SILICON_PACKAGES = yosys berkeley-abc opensta qflow-tech-osu018

$(SILICON)/deps.stamp: mk/silicon.mk
	$(call install-packages,$(SILICON_PACKAGES))

deps-silicon: $(SILICON)/deps.stamp ## install the Debian packages that make silicon adds: OpenSTA

silicon-elaborate = mk/silicon/elaborate.sh $@ $(1) "$(2)" $(RTL_INCLUDES) $(RTL_SRC)
SILICON_ELABORATE = $(RTL_SRC) $(RTL_HEADERS) mk/silicon/elaborate.sh \
	mk/silicon/names.awk mk/silicon/macros.awk

$(SILICON)/%/core.il: $(BUILD)/chips/%/options $(SILICON_ELABORATE) | $(SILICON)/deps.stamp \
		$(SILICON)/liberty.ok
	$(call say,ELABORATE,$*)
	$(Q)$(call silicon-elaborate,sth_core,$$(sed -n \
	  '1s/-G\([A-Za-z]*\)=/\1 /gp' $<))

# A block, beside which its black boxes were described.
$(SILICON)/%.v: $(SILICON)/%.il mk/silicon/synth.sh mk/silicon/timing.tcl \
		mk/silicon/map.constr $(wildcard mk/silicon/*.abc) $(SYNTH_LIBERTY)
	$(call say,SYNTH,$*)
	$(Q)LIBERTY=$(SYNTH_LIBERTY) \
	  MACROS=$(SILICON)/$(firstword $(subst /, ,$*))/core.lib \
	  mk/silicon/synth.sh $<

# The blocks of a chip are known when it is elaborated: they are built by a make
# of their own, which MAKE reaches by the environment.
$(SILICON)/%/chip.txt $(SILICON)/%/quick.txt: export MAKE := $(MAKE)
config-hash = "$$(sed -n '1s/.*-GCfgHash=//p' $(BUILD)/chips/$*/options)"
silicon-measure = mk/silicon/split.sh $< sth_core mk/silicon/blocks.txt && \
	mk/silicon/chip.sh $(@D) sth_core $* $(config-hash) \
	  $(SYNTH_LIBERTY) $(PARALLEL) $(1) >$@.new && mv $@.new $@

$(SILICON)/%/chip.txt: $(SILICON)/%/core.il $(SYNTH_LIBERTY) $(wildcard mk/silicon/*)
	$(Q)$(silicon-measure)

$(SILICON)/%/quick.txt: $(SILICON)/%/core.il $(SYNTH_LIBERTY) $(wildcard mk/silicon/*)
	$(Q)$(call silicon-measure,quick)

$(SYNTH_LIBERTY):
	@echo "silicon: no Liberty file '$@'; SYNTH_LIBERTY=FILE names one"; exit 1

# The tools hang or die of a file that is none.
$(SILICON)/liberty.ok: $(SYNTH_LIBERTY) $(BUILD)/power
	@mkdir -p $(@D)
	$(Q)$(BUILD)/power check $(SYNTH_LIBERTY)
	@touch $@

# Held against what is on record, if there is any and the library is the same.
silicon-say = $(BUILD)/systolith silicon --config $(call silicon-file,$(1)) \
	--measured $(SILICON)/$(1)/$(2).txt $(if $(3),\
	$(addprefix --golden ,$(wildcard $(SILICON_RECORD)/$(1).txt)))

silicon: $(SILICON_NAMES:%=silicon-%) ## clock and area of SILICON_CONFIGS, against those on record

$(SILICON_NAMES:%=silicon-%): silicon-%: $(SILICON)/%/chip.txt $(BUILD)/systolith
	$(Q)$(call silicon-say,$*,chip,$(same-library)) \
	  --json $(SILICON)/$*/chip.json --svg $(SILICON)/$*/chip.svg

# Power: the work of stretches.txt is played on the RTL, its ports are read out
# of the waveform and played on the netlists.
$(BUILD)/power: $(BUILD)/tools/power/main.o $(BUILD)/libtools.a \
		$(BUILD)/libsystolith.a
	$(call say,LD,$@)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(LDLIBS)

build-power: $(BUILD)/power

# The reader of waveforms comes with Verilator.
FST = $(VERILATOR_INCLUDE)/gtkwave
$(BUILD)/ports: verif/power/sth_ports_record.c | $(BUILD)/deps.stamp
	$(call say,CC,$<)
	$(Q)$(CC) $(CFLAGS) -isystem $(FST) -DFST_CONFIG_INCLUDE='"fst_config.h"' \
	  -c $< -o $@.o
	$(Q)$(CC) -O2 -w -isystem $(FST) -DFST_CONFIG_INCLUDE='"fst_config.h"' \
	  -o $@ $@.o $(FST)/fstapi.c $(FST)/fastlz.c $(FST)/lz4.c -lz

$(SILICON)/%/power.txt: $(SILICON)/%/chip.txt $(BUILD)/rtl/%/libsth_rtl.so \
		$(BUILD)/systolith $(BUILD)/power $(BUILD)/ports \
		$(addprefix mk/silicon/,power.sh stretches.sh stretches.txt counts.awk)
	$(call say,POWER,$*)
	$(Q)mk/silicon/power.sh $(@D) sth_core $(call silicon-file,$*) $(config-hash) \
	  $(SYNTH_LIBERTY) $(SYNTH_NODE) $(BUILD) $(PARALLEL) >$@.new && mv $@.new $@

# What one measurement leaves is the next one's, and not to be deleted.
.SECONDARY: $(foreach file,core.il chip.txt power.txt,$(SILICON_NAMES:%=$(SILICON)/%/$(file)))

silicon-power: $(SILICON_NAMES:%=silicon-power-%) ## power of SILICON_CONFIGS on recorded work, against that on record

$(SILICON_NAMES:%=silicon-power-%): silicon-power-%: $(SILICON)/%/power.txt
	$(Q)$(call silicon-say,$*,chip) --power $< $(if $(same-library),\
	  $(addprefix --power-golden ,$(wildcard $(SILICON_RECORD)/$*-power.txt))) \
	  --json $(SILICON)/$*/power.json

silicon-quick: $(SILICON_NAMES:%=silicon-quick-%) ## a few blocks of SILICON_CONFIGS, against those on record

$(SILICON_NAMES:%=silicon-quick-%): silicon-quick-%: $(SILICON)/%/quick.txt \
		$(BUILD)/systolith
	$(Q)$(call silicon-say,$*,quick,$(same-library))

silicon-record: $(SILICON_NAMES:%=$(SILICON)/%/chip.txt) $(BUILD)/systolith ## accept the figures of SILICON_CONFIGS, and of power where it is measured
	@test -n "$(same-library)" || { echo "silicon-record: the record is of" \
	  "$(SILICON_LIBERTY)"; exit 1; }
	@mkdir -p $(SILICON_RECORD)
	$(Q)set -e; for config in $(SILICON_NAMES); do \
	  cp $(SILICON)/$$config/chip.txt $(SILICON_RECORD)/$$config.txt; \
	  rm -f $(SILICON_RECORD)/$$config-power.txt; \
	  ! test $(SILICON)/$$config/power.txt -nt $(SILICON)/$$config/chip.txt || \
	    cp $(SILICON)/$$config/power.txt $(SILICON_RECORD)/$$config-power.txt; \
	done
	@echo "make figures refills README.md and docs/silicon.md"

ifdef PARAMS
SILICON_DESIGN = $(SILICON)/$(BLOCK)
$(SILICON_DESIGN)/core.il: $(SILICON_ELABORATE) FORCE | $(SILICON)/deps.stamp $(SILICON)/liberty.ok
	$(Q)$(call silicon-elaborate,$(BLOCK),$(subst =, ,$(PARAMS)))
else
SILICON_DESIGN = $(SILICON)/$(call config-name,$(CONFIG))
endif
SILICON_ALONE = $(SILICON_DESIGN)/flat/$(MAPPING)/$(BLOCK)

silicon-block: $(SILICON_DESIGN)/core.il $(SYNTH_LIBERTY) ## clock and area of one BLOCK of CONFIG, or with PARAMS
	@mkdir -p $(dir $(SILICON_ALONE))
	$(Q)awk -f mk/silicon/modules.awk -v top=$(BLOCK) $< >$(SILICON_ALONE).il || \
	  { echo "silicon-block: no module '$(BLOCK)' in the core of $(CONFIG);" \
	  "make silicon-blocks lists them"; exit 1; }
	$(if $(SHUFFLE),$(Q)awk -f mk/silicon/shuffle.awk -v seed=$(SHUFFLE) \
	  $(SILICON_ALONE).il >$(SILICON_ALONE).new && \
	  mv $(SILICON_ALONE).new $(SILICON_ALONE).il)
	$(Q)LIBERTY=$(SYNTH_LIBERTY) MACROS=$(<:.il=.lib) \
	  mk/silicon/synth.sh $(SILICON_ALONE).il
	$(Q)mk/silicon/say.sh $(SILICON_ALONE) $(BLOCK) $(MAPPING) $(SYNTH_LIBERTY)

# How far figures go apart by the order of the cells alone.
ORDER_BLOCKS = sth_vector_node:once sth_semaphores:delay
silicon-orders: export MAKE := $(MAKE)
silicon-orders: $(SILICON)/nano/core.il ## blocks in several orders of their cells, into the record
	$(Q){ date +'date %F'; git log -1 --format='commit %h'; \
	  mk/silicon/orders.sh 4 $(ORDER_BLOCKS); } >$(SILICON)/orders.txt && \
	  cp $(SILICON)/orders.txt $(SILICON_RECORD)/orders.txt

silicon-blocks: $(SILICON)/$(call config-name,$(CONFIG))/core.il ## the modules of the core of CONFIG
	@sed -n 's/^module .//p' $< | sort

.PHONY: deps-silicon silicon silicon-quick silicon-record silicon-block silicon-blocks silicon-orders \
	$(SILICON_NAMES:%=silicon-%) $(SILICON_NAMES:%=silicon-quick-%) build-power silicon-power \
	$(SILICON_NAMES:%=silicon-power-%)
