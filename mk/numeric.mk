# The arithmetic: RTL units against the C definition, and that against the host.
NUMERIC = $(BUILD)/numeric
NUMERIC_RTL = verif/numeric/sth_numeric_top.sv $(wildcard rtl/numerics/*.sv)
NUMERIC_C = csim/numerics/sth_numerics.c csim/numerics/sth_func.c verif/numeric/sth_vectors.c
NUMERIC_OBJ = $(call obj,$(NUMERIC_C))
NUMERIC_PAIRS ?= 2000000
NUMERIC_SEED ?= 1

$(NUMERIC)/rtl/Vsth_numeric_top.mk: $(NUMERIC_RTL) $(RTL_HEADERS) \
		verif/numeric/sth_numeric_main.cpp | $(BUILD)/deps.stamp
	$(call say,VERILATE,sth_numeric_top)
	@mkdir -p $(@D)
	$(Q)$(VERILATOR) --cc --exe --assert -O3 -Wall --compiler clang \
	  $(RTL_INCLUDES) $(NUMERIC_RTL) --top-module sth_numeric_top \
	  --Mdir $(@D) -o sth_numeric $(abspath verif/numeric/sth_numeric_main.cpp) \
	  $(abspath $(NUMERIC_OBJ)) \
	  -CFLAGS "-I$(abspath csim/numerics) -I$(abspath spec) -I$(abspath verif/numeric)"

$(NUMERIC)/rtl/sth_numeric: $(NUMERIC)/rtl/Vsth_numeric_top.mk $(NUMERIC_OBJ)
	$(call say,CXX,$@)
	$(Q)$(verilated-make) -C $(@D) -f Vsth_numeric_top.mk CXX=$(CXX) LINK=$(CXX) \
	  OPT_FAST=-O3 >$(NUMERIC)/build.log

$(NUMERIC)/test_numerics: $(call obj,tests/numerics/test_numerics.c) $(NUMERIC_OBJ)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) $^ -o $@ -lcmocka -lm

build-numeric: $(NUMERIC)/rtl/sth_numeric $(NUMERIC)/test_numerics

test-numeric: build-numeric ## arithmetic: RTL, C and host agree
	$(Q)$(NUMERIC)/test_numerics
	$(Q)$(NUMERIC)/rtl/sth_numeric $(NUMERIC_PAIRS) $(NUMERIC_SEED)

# The function tables; the result is committed.
$(NUMERIC)/sth_funcgen: tools/funcgen/sth_funcgen.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -O1 $< -o $@ -lm

functions: $(NUMERIC)/sth_funcgen ## regenerate spec/functions.def
	$(Q)$(NUMERIC)/sth_funcgen >$(NUMERIC)/functions.def
	$(Q)mv $(NUMERIC)/functions.def spec/functions.def

.PHONY: build-numeric test-numeric functions
