# The front end alone, one model for each shape BUSxCOLSxDEPTH: bytes of the
# bus, columns of the array, commands in a queue and half of those fetched
# ahead; the rest as in configs/wide.cfg.  A command takes two bus words, one,
# and a part of one.
FRONT = $(BUILD)/front
FRONT_SHAPES = 32x16x8 64x16x3 2048x512x5
FRONT_COMMANDS ?= 20000
FRONT_SEED ?= 1

# sth_front has a part of the core's parameters, and the vector of all.
FRONT_PARAMS = ArrayRows|ArrayCols|SpBytes|AccBytes|BusBytes|QueueDepth|FetchDepth
front_params = $$(sed -n 1p $(1) | tr ' ' '\n' | \
	grep -E -- '^-G($(FRONT_PARAMS))=') $$(sed -n 3p $(1))

front_number = $(word $(2),$(subst x, ,$(1)))

$(FRONT)/%/sth_front_test: $(RTL_SRC) $(RTL_HEADERS) $(BUILD)/csim/command/sth_decode.o \
		verif/front/sth_front_main.cpp configs/wide.cfg mk/front.mk
	$(call say,VERILATE,sth_front.$*)
	@mkdir -p $(@D)
	$(Q)sed -e 's/^bus_bytes = .*/bus_bytes = $(call front_number,$*,1)/' \
	  -e 's/^array_cols = .*/array_cols = $(call front_number,$*,2)/' \
	  -e 's/^queue_depth = .*/queue_depth = $(call front_number,$*,3)/' \
	  -e "s/^fetch_depth = .*/fetch_depth = $$((2 * $(call front_number,$*,3)))/" \
	  configs/wide.cfg >$(@D)/shape.cfg
	$(Q)$(SPECGEN) build $(@D)/shape.cfg >$(@D)/options
	$(Q)$(VERILATOR) --cc --exe --assert -O3 -Wall --compiler clang \
	  $(call front_params,$(@D)/options) $(RTL_INCLUDES) $(RTL_ROOMS:%=-y %) \
	  rtl/front/sth_front.sv --top-module sth_front --Mdir $(@D)/rtl \
	  -o ../sth_front_test $(abspath verif/front/sth_front_main.cpp) \
	  $(abspath $(BUILD))/csim/command/sth_decode.o -CFLAGS "-O2 $$(sed -n 2p \
	  $(@D)/options) -I$(abspath csim/command) -I$(abspath spec)"
	$(call say,CXX,$@)
	$(Q)$(verilated-make) -C $(@D)/rtl -f Vsth_front.mk CXX=$(CXX) LINK=$(CXX) \
	  OPT_FAST='$(BENCH_OPT)' >$(@D)/build.log 2>&1 || { cat $(@D)/build.log; exit 1; }

build-front: $(FRONT_SHAPES:%=$(FRONT)/%/sth_front_test)

test-front: build-front ## the front end against directed tests and the model's checks
	$(Q)for shape in $(FRONT_SHAPES); do \
	  $(FRONT)/$$shape/sth_front_test $(FRONT_COMMANDS) $(FRONT_SEED) || exit 1; \
	done

.PRECIOUS: $(FRONT)/%/sth_front_test
.PHONY: build-front test-front
