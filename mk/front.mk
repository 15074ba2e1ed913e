# The front end alone, in the non-square configuration.
FRONT = $(BUILD)/front
FRONT_COMMANDS ?= 20000
FRONT_SEED ?= 1

$(FRONT)/sth_decode.o: csim/sth_decode.c csim/sth_decode.h $(SPEC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -c $< -o $@

$(FRONT)/sth_front_test: $(wildcard rtl/*.sv) $(GEN) $(FRONT)/sth_decode.o \
		verif/front/sth_front_main.cpp configs/wide.cfg
	$(call say,VERILATE,sth_front)
	$(Q)$(SPECGEN) build configs/wide.cfg >$(FRONT)/options
	$(Q)$(VERILATOR) --cc --exe -O3 -Wall --compiler clang \
	  $$(sed -n 1p $(FRONT)/options) -I$(BUILD)/gen -Irtl -y rtl \
	  rtl/sth_front.sv --top-module sth_front --Mdir $(FRONT)/rtl \
	  -o ../sth_front_test $(abspath verif/front/sth_front_main.cpp) \
	  $(abspath $(FRONT))/sth_decode.o -CFLAGS "-O2 $$(sed -n 2p \
	  $(FRONT)/options) -I$(abspath csim) -I$(abspath spec)"
	$(call say,CXX,$@)
	$(Q)$(MAKE) -s -C $(FRONT)/rtl -f Vsth_front.mk CXX=$(CXX) LINK=$(CXX) \
	  OPT_FAST=-O3 >$(FRONT)/build.log

test-front: $(FRONT)/sth_front_test ## the front end against directed tests and the model's checks
	$(Q)$(FRONT)/sth_front_test $(FRONT_COMMANDS) $(FRONT_SEED)

.PHONY: test-front
