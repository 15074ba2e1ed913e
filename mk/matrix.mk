# The matrix engine against its scalar reference: one model a size, `RxC`.
MATRIX_SIZES ?= 4x4 16x16 8x16 16x8
MATRIX_COMMANDS ?= 60
MATRIX_SEED ?= 1
MATRIX_RTL = verif/matrix/sth_matrix_tb.sv $(wildcard rtl/matrix/*.sv) \
	rtl/onchip/sth_accumulator.sv rtl/onchip/sth_sram_1r1w.sv
MATRIX = $(BUILD)/matrix
MATRIX_C = verif/matrix/sth_matrix_ref.c csim/numerics/sth_numerics.c
MATRIX_OBJ = $(call obj,$(MATRIX_C))
matrix_rows = $(firstword $(subst x, ,$(1)))
matrix_cols = $(lastword $(subst x, ,$(1)))

$(MATRIX)/%/sth_matrix_test: $(MATRIX_RTL) $(RTL_HEADERS) \
		verif/matrix/sth_matrix_main.cpp $(MATRIX_OBJ)
	$(call say,VERILATE,matrix-$*)
	@mkdir -p $(@D)
	$(Q)$(VERILATOR) --cc --exe --assert -O3 -Wall --compiler clang \
	  $(RTL_INCLUDES) $(MATRIX_RTL) --top-module sth_matrix_tb \
	  -GArrayRows=$(call matrix_rows,$*) -GArrayCols=$(call matrix_cols,$*) \
	  --Mdir $(@D) -o sth_matrix_test \
	  $(abspath verif/matrix/sth_matrix_main.cpp $(MATRIX_OBJ)) \
	  -CFLAGS "-I$(abspath spec) -I$(abspath verif/matrix) \
	  -DSTH_BUILD_ArrayRows=$(call matrix_rows,$*) \
	  -DSTH_BUILD_ArrayCols=$(call matrix_cols,$*) \
	  -DSTH_BUILD_AccBytes=16384"
	$(Q)$(verilated-make) -j$(PARALLEL) -C $(@D) -f Vsth_matrix_tb.mk \
	  CXX=$(CXX) LINK=$(CXX) OPT_FAST="-O3 -march=native" >$(@D)/build.log

build-matrix: $(MATRIX_SIZES:%=$(MATRIX)/%/sth_matrix_test)

test-matrix: build-matrix ## matrix engine: values and cycles
	$(Q)for t in $(MATRIX_SIZES:%=$(MATRIX)/%/sth_matrix_test); do \
	  timeout 600 $$t $(MATRIX_COMMANDS) $(MATRIX_SEED) || exit 1; done

bench-matrix: $(MATRIX)/16x16/sth_matrix_test ## simulation speed of the busy array
	$(Q)$< --bench

.SECONDARY: $(MATRIX_OBJ)
.PHONY: build-matrix test-matrix bench-matrix
