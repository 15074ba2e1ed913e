# The vector engine against the C kernel, one model for each shape
# COLSxWORD_BYTESxLANES, xSHARE if not four lanes share a function unit (array 4x4,
# 16x16 and 8x16, 16x4, 64x16, then fewer lanes than columns, fewer that share).
VECTOR = $(BUILD)/vector
VECTOR_SHAPES ?= 4x16x4 16x64x16 4x32x4 16x128x16 4x16x1 4x16x2 \
	16x64x4 16x128x8 4x16x4x1 16x64x16x1 4x16x1x1 16x64x8x2 4x32x2x2
VECTOR_RTL = $(wildcard rtl/vector/*.sv rtl/common/*.sv) \
	$(wildcard rtl/numerics/sth_func*.sv)
VECTOR_SRC = $(wildcard verif/vector/*.cpp)
VECTOR_OBJ = $(call obj,$(wildcard csim/common/*.c csim/numerics/*.c \
	csim/vector/sth_vector_kernel*.c) csim/onchip/sth_onchip.c)
VECTOR_COMMANDS ?= 1500
VECTOR_SEED ?= 1

$(VECTOR)/%/sth_vector: $(VECTOR_RTL) $(VECTOR_SRC) $(VECTOR_OBJ) $(BENCH_DEPS) \
		$(wildcard verif/vector/*.h)
	$(call bench,sth_vector,-GEvents=1 -GArrayCols=$(call shape,$*,1) \
	  -GWordBytes=$(call shape,$*,2) -GVectorLanes=$(call shape,$*,3) \
	  -GVectorShare=$(or $(call shape,$*,4),4),\
	  $(VECTOR_RTL),$(VECTOR_SRC) $(VECTOR_OBJ),\
	  -DSTH_COLS=$(call shape,$*,1) -DSTH_WORD=$(call shape,$*,2) \
	  -DSTH_LANES=$(call shape,$*,3) \
	  -DSTH_SHARE=$(or $(call shape,$*,4),4))

build-vector: $(VECTOR_SHAPES:%=$(VECTOR)/%/sth_vector)

test-vector: build-vector ## vector engine: RTL and C kernel agree, cycles too
	$(Q)for shape in $(VECTOR_SHAPES); do $(VECTOR)/$$shape/sth_vector \
	  --seed $(VECTOR_SEED) --count $(VECTOR_COMMANDS) || exit 1; done

.SECONDARY: $(VECTOR_OBJ)
.PHONY: build-vector test-vector
