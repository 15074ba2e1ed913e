# The three tools that read the RTL, each free of warnings: Verilator for every
# configuration, Yosys, Icarus.
RTL = $(sort $(wildcard rtl/*.sv))
RTL_HEADERS = $(wildcard rtl/*.svh) $(GEN)
RTL_INCLUDES = -I$(BUILD)/gen -Irtl
CONFIGS = $(basename $(notdir $(sort $(wildcard configs/*.cfg))))
LINT_RTL = $(BUILD)/lint-rtl

# One configuration as -G options: array_rows = 16 becomes -GArrayRows=16.
rtl_params = $(shell sed -nE '/^[a-z]/{s/ *= */=/;p}' configs/$(1).cfg | \
	awk -F= '{n=split($$1,p,"_"); s=""; \
	  for(i=1;i<=n;i++) s=s toupper(substr(p[i],1,1)) substr(p[i],2); \
	  print "-G" s "=" $$2}')

# A tool passes when it succeeds and prints nothing.
silent = >$@.log 2>&1 && test ! -s $@.log || { cat $@.log; exit 1; }

$(LINT_RTL)/verilator-%.ok: configs/%.cfg $(RTL) $(RTL_HEADERS)
	$(call say,LINT,verilator $*)
	@mkdir -p $(@D)
	$(Q)$(VERILATOR) --lint-only -Wall $(RTL_INCLUDES) $(call rtl_params,$*) \
	  --top-module sth_core rtl/lint.vlt $(RTL) $(silent)
	@touch $@

$(LINT_RTL)/yosys.ok: $(RTL) $(RTL_HEADERS)
	$(call say,LINT,yosys)
	@mkdir -p $(@D)
	$(Q)yosys -q -p "read_verilog -sv $(RTL_INCLUDES) $(RTL); \
	  chparam $(patsubst -G%,-set %,$(subst =, ,$(call rtl_params,nano))) \
	  sth_core; hierarchy -check -top sth_core; proc; check -assert" $(silent)
	@touch $@

$(LINT_RTL)/icarus.ok: $(RTL) $(RTL_HEADERS)
	$(call say,LINT,icarus)
	@mkdir -p $(@D)
	$(Q)iverilog -g2012 -Wall -t null $(RTL_INCLUDES) -s sth_core \
	  $(RTL) $(silent)
	@touch $@

lint-rtl: $(CONFIGS:%=$(LINT_RTL)/verilator-%.ok) $(LINT_RTL)/yosys.ok \
	$(LINT_RTL)/icarus.ok ## the RTL without a warning in three tools

.PHONY: lint-rtl
