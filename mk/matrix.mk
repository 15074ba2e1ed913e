# The matrix engine against its scalar reference: one model a size, `RxC`.
MATRIX = $(BUILD)/matrix
MATRIX_SIZES ?= 4x4 16x16 8x16 16x8
MATRIX_RTL = verif/matrix/sth_matrix_tb.sv \
	$(wildcard rtl/matrix/*.sv rtl/common/*.sv) \
	rtl/onchip/sth_accumulator.sv rtl/onchip/sth_sram_1r1w.sv
MATRIX_SRC = $(wildcard verif/matrix/*.cpp)
MATRIX_OBJ = $(call obj,verif/matrix/sth_matrix_ref.c csim/numerics/sth_numerics.c)
MATRIX_COMMANDS ?= 60
MATRIX_SEED ?= 1

# The one whose speed is measured.
$(MATRIX)/16x16/sth_matrix: BENCH_OPT = -O3 -march=native
$(MATRIX)/%/sth_matrix: $(MATRIX_RTL) $(MATRIX_SRC) $(MATRIX_OBJ) $(BENCH_DEPS) \
		$(wildcard verif/matrix/*.h)
	$(call bench,sth_matrix_tb,-GArrayRows=$(call shape,$*,1) \
	  -GArrayCols=$(call shape,$*,2),$(MATRIX_RTL),$(MATRIX_SRC) $(MATRIX_OBJ),\
	  -I$(abspath verif/matrix) -DSTH_BUILD_ArrayRows=$(call shape,$*,1) \
	  -DSTH_BUILD_ArrayCols=$(call shape,$*,2) -DSTH_BUILD_AccBytes=16384)

build-matrix: $(MATRIX_SIZES:%=$(MATRIX)/%/sth_matrix)

test-matrix: build-matrix ## matrix engine: values and cycles
	$(Q)for size in $(MATRIX_SIZES); do $(MATRIX)/$$size/sth_matrix \
	  --seed $(MATRIX_SEED) --count $(MATRIX_COMMANDS) || exit 1; done

bench-matrix: $(MATRIX)/16x16/sth_matrix ## simulation speed of the busy array
	$(Q)$< --speed

.SECONDARY: $(MATRIX_OBJ)
.PHONY: build-matrix test-matrix bench-matrix
