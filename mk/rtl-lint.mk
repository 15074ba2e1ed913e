# The three tools that read the RTL, each free of warnings: Verilator for every
# configuration, with the event port and without, Yosys, Icarus.
LINT_RTL = $(BUILD)/lint-rtl

# One configuration as -G options; Yosys takes the same without the hash.
rtl_params = $$(sed -n 1p $(BUILD)/chips/$(1)/options)
yosys_params = $$(sed -n '1{s/ -GCfgHash.*//;s/-G/-set /g;s/=/ /g;p}' \
	$(BUILD)/chips/$(1)/options)

# A tool passes when it succeeds and prints nothing.
silent = >$@.log 2>&1 && test ! -s $@.log || { cat $@.log; exit 1; }

$(LINT_RTL)/verilator-%.ok: $(BUILD)/chips/%/options $(RTL_SRC) $(RTL_HEADERS)
	$(call say,LINT,verilator-$*)
	@mkdir -p $(@D)
	$(Q)(for events in 0 1; do $(VERILATOR) --lint-only -Wall $(RTL_INCLUDES) \
	  $(call rtl_params,$*) -GEvents=$$events --top-module sth_core \
	  $(RTL_SRC) || exit 1; done) $(silent)
	@touch $@

# Yosys 0.23 reads ~W'(x) as W'(x), without a word: no operator of one operand
# stands right before a cast, ~(W'(x)) is read as it says.
lost-operator = ([~!]|[(=,&|^?:<>+*{[] *-) *[A-Za-z0-9_]+'[(]

# Of the ports, from each output backwards to registers: no input on the way.
# What computes stays a black box.
port-cone = blackbox *sth_matrix* *sth_vector* *sth_scratchpad* \
	*sth_accumulator*; flatten; select -assert-none o:m_axi_* o:s_axil_* %u \
	%ci*:-\$$dff,\$$adff i:* %i

$(LINT_RTL)/yosys.ok: $(BUILD)/chips/nano/options $(RTL_SRC) $(RTL_HEADERS)
	$(call say,LINT,yosys)
	@mkdir -p $(@D)
	$(Q)! grep -nE "$(lost-operator)" $(RTL_SRC) $(RTL_HEADERS)
	$(Q)yosys -q -p "read_verilog -sv $(RTL_INCLUDES) $(RTL_SRC); \
	  chparam $(call yosys_params,nano) sth_core; \
	  hierarchy -check -top sth_core; proc; check -assert; $(port-cone)" $(silent)
	@touch $@

$(LINT_RTL)/icarus.ok: $(RTL_SRC) $(RTL_HEADERS)
	$(call say,LINT,icarus)
	@mkdir -p $(@D)
	$(Q)iverilog -g2012 -Wall -t null $(RTL_INCLUDES) -s sth_core \
	  $(RTL_SRC) $(silent)
	@touch $@

lint-rtl: $(CONFIGS:%=$(LINT_RTL)/verilator-%.ok) $(LINT_RTL)/yosys.ok \
	$(LINT_RTL)/icarus.ok ## the RTL without a warning in three tools

.PHONY: lint-rtl
