# Everything generated from spec/: the Verilog headers and the manual's tables.
SPECGEN = $(BUILD)/specgen
SPEC = $(wildcard spec/*.def spec/*.h)
# The rooms of the RTL, where its modules and headers stand.
RTL_ROOMS = rtl $(wildcard rtl/*/)
RTL_SRC = $(sort $(wildcard rtl/*.sv rtl/*/*.sv))
RTL_HEADERS = $(wildcard rtl/*/*.svh) $(GEN)
RTL_INCLUDES = -I$(BUILD)/gen $(RTL_ROOMS:%=-I%)
GEN = $(BUILD)/gen/sth_spec.svh $(BUILD)/gen/sth_params.svh \
	$(BUILD)/gen/sth_functions.svh
PLATFORM = $(BUILD)/gen/sth_platform.h
MANUAL = docs/programming.md docs/configurations.md docs/firmware.md

# specgen reads configurations as csim does.
$(SPECGEN): $(call obj,$(wildcard tools/specgen/*.c)) $(BUILD)/libsystolith.a
	$(call say,LD,$@)
	$(Q)$(CC) $(SANITIZE) -o $@ $^

# A file that says the same as before leaves what is built from it alone; one of
# several makes at a time writes none of another.
new = $@.$(make-pid)
make-pid := $(shell echo $$PPID)
if-changed = $(Q)cmp -s $(new) $@ && rm $(new) || mv $(new) $@

$(BUILD)/gen/sth_spec.svh: $(SPECGEN)
	@mkdir -p $(@D)
	$(Q)$(SPECGEN) verilog >$(new)
	$(if-changed)

$(BUILD)/gen/sth_params.svh: $(SPECGEN)
	@mkdir -p $(@D)
	$(Q)$(SPECGEN) params >$(new)
	$(if-changed)

$(BUILD)/gen/sth_functions.svh: $(SPECGEN)
	@mkdir -p $(@D)
	$(Q)$(SPECGEN) functions >$(new)
	$(if-changed)

# The virtual platform, for C, assembler and linker scripts.
$(PLATFORM): $(SPECGEN)
	@mkdir -p $(@D)
	$(Q)$(SPECGEN) platform >$(new)
	$(if-changed)

$(call obj,$(TOOLS_SRC) $(wildcard tests/*/*.c)): | $(PLATFORM)

# What git calls the sources, if it knows them, and a sum of those that plans
# follow from; rewritten when that changes.
PLANNER = $(sort $(wildcard csim/*/*.[ch] firmware/*/*.[ch] spec/* tools/plan/*))
$(BUILD)/gen/sth_git.h: FORCE
	@mkdir -p $(@D)
	@printf '#define STH_GIT "%s"\n#define STH_PLANNER "%s"\n' \
	  "$$(test ! -e .git || git describe --always --dirty --tags)" \
	  "$$(cat $(PLANNER) | cksum | cut -d' ' -f1)" >$(new)
	$(if-changed)

$(BUILD)/tools/library/sth_version_build.o: $(BUILD)/gen/sth_git.h

gen: $(GEN) $(PLATFORM) ## headers from spec/: Verilog, and the platform

manual: $(SPECGEN) $(BUILD)/systolith ## refill the generated tables of the manual
	$(Q)for page in $(MANUAL); do \
	  $(SPECGEN) page <$$page >$(BUILD)/page.md && mv $(BUILD)/page.md $$page; \
	done
	$(Q)for page in docs/cli.md docs/trace.md; do \
	  mk/options.sh $(BUILD)/systolith <$$page >$(BUILD)/page.md && \
	  mv $(BUILD)/page.md $$page; \
	done

.PHONY: gen manual FORCE
