# What the silicon targets measure, and in which library.  Chips: CONFIG, or
# SILICON_CONFIGS for several, each a file or a name of configs/, configs/chips/ or
# build/configs/.  What is mistyped stops before anything is built.
SILICON_LIBERTY = /usr/share/qflow/tech/osu018/osu018_stdcells.lib
SYNTH_LIBERTY ?= $(SILICON_LIBERTY)
same-library = $(filter $(SILICON_LIBERTY),$(SYNTH_LIBERTY))
# Nanometres of the library, by which the energy of memories goes.
SYNTH_NODE ?= $(if $(same-library),180)
# Netlists of another library have a folder of their own, by what it holds.
SILICON := $(BUILD)/silicon$(if $(same-library),,-$(basename $(notdir \
	$(SYNTH_LIBERTY)))-$(shell cksum <"$(SYNTH_LIBERTY)" 2>/dev/null | \
	cut -d' ' -f1))
MAPPING ?= area
SILICON_CONFIGS ?= $(if $(filter file,$(origin CONFIG)),nano,$(CONFIG))

config-name = $(basename $(notdir $(1)))
# The file of a configuration; empty when there is none.
config-file = $(firstword $(if $(filter %.cfg,$(1)),$(wildcard $(1)),$(wildcard \
	$(addsuffix /$(1).cfg,configs configs/chips $(BUILD)/configs))))
# Those that a name may mean: several targets take CONFIG alone.
silicon-known = $(sort $(SILICON_CONFIGS) $(CONFIG) $(CONFIGS))
SILICON_NAMES = $(sort $(call config-name,$(SILICON_CONFIGS)))
silicon-file = $(call config-file,$(or $(filter %/$(1).cfg $(1).cfg, \
	$(SILICON_CONFIGS) $(CONFIG)),$(1)))

SILICON_GOALS = $(filter silicon%,$(MAKECMDGOALS))
SILICON_VARIABLES = BLOCK BUILD CC CONFIG CXX MAPPING NATIVE OPT PARALLEL PARAMS \
	RTL_LIGHT SANITIZE SHUFFLE SILICON_CONFIGS SYNTH_LIBERTY SYNTH_NODE V
# Those typed that look like one of these: a make around this one has others.
silicon-typed = $(foreach name,$(filter BLOCK% CONF% MAP% PARAM% SHUF% SILICON% \
	SYNTH%,$(.VARIABLES)),$(if \
	$(filter command,$(firstword $(origin $(name)))),$(name)))
silicon-stop = $(error $(firstword $(SILICON_GOALS)): $(1))
silicon-check-config = $(if $(call config-file,$(1)),,$(call silicon-stop,no \
	configuration '$(1)'; $(CONFIGS) are there: name a file or what \
	configs/ configs/chips/ or $(BUILD)/configs/ hold))

ifneq ($(SILICON_GOALS),)
$(foreach name,$(filter-out $(SILICON_VARIABLES),$(silicon-typed)),$(call \
	silicon-stop,there is no variable '$(name)' here; $(SILICON_VARIABLES)))
$(if $(word 2,$(SYNTH_LIBERTY)),$(call silicon-stop,SYNTH_LIBERTY: make takes \
	no file with a blank in its name))
$(if $(strip $(SILICON_CONFIGS)),,$(call silicon-stop,SILICON_CONFIGS is empty))
$(foreach config,$(SILICON_CONFIGS) $(CONFIG),$(call silicon-check-config,$(config)))
endif
ifneq ($(filter silicon-power%,$(SILICON_GOALS)),)
$(if $(SYNTH_NODE),,$(call silicon-stop,SYNTH_NODE is missing: the nanometres of \
	$(SYNTH_LIBERTY)))
endif
ifneq ($(filter silicon-block,$(SILICON_GOALS)),)
$(if $(BLOCK),,$(call silicon-stop,no BLOCK=module given))
$(if $(wildcard mk/silicon/$(MAPPING).abc),,$(call silicon-stop,no MAPPING \
	'$(MAPPING)'; $(basename $(notdir $(wildcard mk/silicon/*.abc))) are there))
$(foreach each,$(PARAMS),$(if $(word 2,$(subst =, ,$(each))),,$(call \
	silicon-stop,PARAMS: '$(each)' is not Name=value)))
endif

# The parameters of a configuration for the tools that read the RTL, as specgen
# build prints them.  Asked for each time: the file may be another of that name.
$(foreach config,$(silicon-known),$(eval \
	$(BUILD)/chips/$(call config-name,$(config))/options: $(call \
	silicon-file,$(call config-name,$(config)))))
$(BUILD)/chips/%/options: $(SPECGEN) FORCE
	@mkdir -p $(@D)
	$(Q)$(SPECGEN) build $(filter %.cfg,$^) >$(new)
	$(if-changed)
.PRECIOUS: $(BUILD)/chips/%/options

# The RTL of those that stand elsewhere than in configs/.
silicon-elsewhere = $(filter-out $(CONFIGS),$(SILICON_NAMES))
$(foreach name,$(silicon-elsewhere),$(eval \
	$(BUILD)/rtl/$(name)/core.a: $(call silicon-file,$(name))))
$(silicon-elsewhere:%=$(BUILD)/rtl/%/core.a): $(BUILD)/rtl/%/core.a: $(RTL_SRC) \
		$(RTL_HEADERS)
	$(verilate-core)
