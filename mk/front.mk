# The front end alone, one model for each shape BUSxCOLSxDEPTHxSPxACC[xTYPES]:
# bytes of the bus, columns of the array, commands in a queue and half of those
# fetched ahead, bytes of the memories, data_types; the rest as in
# configs/wide.cfg.  A command
# takes two bus words, one, and a part of one; memories are as large as they
# may be, to a row of their banks.
FRONT = $(BUILD)/front
FRONT_SHAPES ?= 32x16x8x131072x65536 64x16x3x268433408x268434432x1 \
	2048x512x5x268427264x268435456x2
FRONT_COMMANDS ?= 20000
FRONT_SEED ?= 1

# sth_front has a part of the core's parameters, and the vector of all.
FRONT_PARAMS = ArrayRows|ArrayCols|SpBytes|AccBytes|BusBytes|QueueDepth|FetchDepth|DataTypes
front_params = $$(sed -n 1p $(1) | tr ' ' '\n' | \
	grep -E -- '^-G($(FRONT_PARAMS))=') $$(sed -n 3p $(1))

FRONT_SRC = $(wildcard verif/front/*.cpp)
FRONT_OBJ = $(call obj,csim/command/sth_decode.c verif/cosim/sth_axi_rules.c)

$(FRONT)/%/options: configs/wide.cfg $(SPECGEN) mk/front.mk
	@mkdir -p $(@D)
	$(Q)sed -e 's/^bus_bytes = .*/bus_bytes = $(call shape,$*,1)/' \
	  -e 's/^array_cols = .*/array_cols = $(call shape,$*,2)/' \
	  -e 's/^queue_depth = .*/queue_depth = $(call shape,$*,3)/' \
	  -e 's/^sp_bytes = .*/sp_bytes = $(call shape,$*,4)/' \
	  -e 's/^acc_bytes = .*/acc_bytes = $(call shape,$*,5)/' \
	  -e "s/^fetch_depth = .*/fetch_depth = $$((2 * $(call shape,$*,3)))/" \
	  -e '$$adata_types = $(or $(call shape,$*,6),3)' \
	  configs/wide.cfg >$(@D)/shape.cfg
	$(Q)$(SPECGEN) build $(@D)/shape.cfg >$(new)
	$(if-changed)

$(FRONT)/%/sth_front: $(FRONT)/%/options $(RTL_SRC) $(FRONT_SRC) $(FRONT_OBJ) \
		$(BENCH_DEPS) $(wildcard verif/front/*.h)
	$(call bench,sth_front,$(call front_params,$<),$(RTL_ROOMS:%=-y %) \
	  rtl/front/sth_front.sv,$(FRONT_SRC) $(FRONT_OBJ),'"$$(sed -n 2p $<)"')

build-front: $(FRONT_SHAPES:%=$(FRONT)/%/sth_front)

test-front: build-front ## the front end against directed tests and the model's checks
	$(Q)for shape in $(FRONT_SHAPES); do $(FRONT)/$$shape/sth_front \
	  --seed $(FRONT_SEED) --count $(FRONT_COMMANDS) || exit 1; done

.PRECIOUS: $(FRONT)/%/options
.SECONDARY: $(FRONT_OBJ)
.PHONY: build-front test-front
