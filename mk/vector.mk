# The vector engine against the C kernel, one model for each shape COLSxWORD_BYTES
# (array 4x4, 16x16 and 8x16, 16x4, 64x16).
VECTOR = $(BUILD)/vector
VECTOR_SHAPES = 4x16 16x64 4x32 16x128
VECTOR_RTL = $(wildcard rtl/vector/*.sv rtl/common/*.sv) \
	$(wildcard rtl/numerics/sth_func*.sv)
VECTOR_C = $(wildcard csim/common/*.c csim/numerics/*.c csim/vector/sth_vector_kernel*.c)
VECTOR_OBJ = $(patsubst %.c,$(BUILD)/%.o,$(VECTOR_C))
VECTOR_COMMANDS ?= 3000
VECTOR_SEED ?= 1

$(VECTOR)/%/Vsth_vector.mk: $(VECTOR_RTL) $(RTL_HEADERS) \
		verif/vector/sth_vector_main.cpp mk/vector.mk
	$(call say,VERILATE,sth_vector $*)
	@mkdir -p $(@D)
	$(Q)$(VERILATOR) --cc --exe --assert -O3 -Wall --compiler clang \
	  $(RTL_INCLUDES) $(VECTOR_RTL) --top-module sth_vector \
	  -GArrayCols=$(firstword $(subst x, ,$*)) \
	  -GWordBytes=$(lastword $(subst x, ,$*)) \
	  --Mdir $(@D) -o sth_vector $(abspath verif/vector/sth_vector_main.cpp) \
	  $(abspath $(VECTOR_OBJ)) -CFLAGS "$(addprefix -I,$(abspath $(wildcard csim/*/))) -I$(abspath spec) \
	  -DSTH_COLS=$(firstword $(subst x, ,$*)) \
	  -DSTH_WORD=$(lastword $(subst x, ,$*))"

$(VECTOR)/%/sth_vector: $(VECTOR)/%/Vsth_vector.mk $(VECTOR_OBJ)
	$(call say,CXX,$@)
	$(Q)$(verilated-make) -C $(@D) -f Vsth_vector.mk CXX=$(CXX) LINK=$(CXX) \
	  OPT_FAST=-O2 >$(VECTOR)/$*.log 2>&1 || { cat $(VECTOR)/$*.log; exit 1; }

.PRECIOUS: $(VECTOR)/%/Vsth_vector.mk $(VECTOR)/%/sth_vector

build-vector: $(VECTOR_SHAPES:%=$(VECTOR)/%/sth_vector)

test-vector: build-vector ## vector engine: RTL and C kernel agree, cycles too
	$(Q)for shape in $(VECTOR_SHAPES); do \
	  $(VECTOR)/$$shape/sth_vector $(VECTOR_SEED) $(VECTOR_COMMANDS) || exit 1; \
	done

.PHONY: build-vector test-vector
