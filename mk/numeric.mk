# The arithmetic: RTL units against the C definition, and that against the host.
NUMERIC = $(BUILD)/numeric
NUMERIC_RTL = verif/numeric/sth_numeric_top.sv $(wildcard rtl/numerics/*.sv) \
	rtl/common/sth_fifo.sv rtl/common/sth_regfile_1r1w.sv
NUMERIC_C = csim/numerics/sth_numerics.c csim/numerics/sth_func.c verif/numeric/sth_vectors.c
NUMERIC_SRC = verif/numeric/sth_numeric_main.cpp
NUMERIC_OBJ = $(call obj,$(NUMERIC_C))
NUMERIC_PAIRS ?= 2000000
NUMERIC_SEED ?= 1

$(NUMERIC)/rtl/sth_numeric: BENCH_OPT = -O3
$(NUMERIC)/rtl/sth_numeric: $(NUMERIC_RTL) $(NUMERIC_SRC) $(NUMERIC_OBJ) \
		$(BENCH_DEPS) | $(BUILD)/deps.stamp
	$(call bench,sth_numeric_top,,$(NUMERIC_RTL),$(NUMERIC_SRC) \
	  $(NUMERIC_OBJ),-I$(abspath verif/numeric))

build-numeric: $(NUMERIC)/rtl/sth_numeric $(BUILD)/tests/numerics/test_numerics

test-numeric: build-numeric ## arithmetic: RTL, C and host agree
	$(Q)$(BUILD)/tests/numerics/test_numerics
	$(Q)$(NUMERIC)/rtl/sth_numeric --seed $(NUMERIC_SEED) --count $(NUMERIC_PAIRS)

# The function tables; the result is committed.
$(NUMERIC)/sth_funcgen: tools/funcgen/sth_funcgen.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -O1 $< -o $@ -lm

functions: $(NUMERIC)/sth_funcgen ## regenerate spec/functions.def
	$(Q)$(NUMERIC)/sth_funcgen >$(NUMERIC)/functions.def
	$(Q)mv $(NUMERIC)/functions.def spec/functions.def

.PHONY: build-numeric test-numeric functions
