# The Verilated core of a configuration as a library that the command loads.
RTL_SRC = $(wildcard rtl/*.sv)
RTL_FLAGS = -Wno-lint --top-module sth_core -I$(CURDIR)/$(BUILD)/gen -I$(CURDIR)/rtl
# The program that loads the library provides the shared memory component and
# the disassembler, so that there is one copy of each in a process.
COSIM_C = verif/cosim/sth_axi_slave.c verif/cosim/sth_lockstep.c
COSIM_DEPS = $(wildcard verif/cosim/*.[ch] verif/cosim/*.cpp) $(SPEC)
NATIVE ?= -march=native

VERILATOR_INCLUDE = $(shell $(VERILATOR) -V | \
	awk '/VERILATOR_ROOT *= ./ {print $$3; exit}')/include

# Verilator works in a directory of its own, hence absolute paths.
$(BUILD)/rtl/%/libsth_rtl.so: configs/%.cfg $(RTL_SRC) $(wildcard rtl/*.svh) \
		$(GEN) $(COSIM_DEPS)
	$(call say,VERILATE,$*)
	@mkdir -p $(@D)
	$(Q)$(SPECGEN) build $< >$(@D)/options
	$(Q)$(VERILATOR) --cc -O3 --trace-fst --compiler clang $(RTL_FLAGS) \
	  --Mdir $(@D)/obj --prefix Vsth_core $(RTL_SRC) \
	  $$(sed -n 1p $(@D)/options) -CFLAGS -fPIC >$(@D)/verilate.log 2>&1 \
	  || { cat $(@D)/verilate.log; exit 1; }
	$(call say,CXX,$*)
	$(Q)$(MAKE) -s -C $(@D)/obj -f Vsth_core.mk -j$(PARALLEL) CXX=$(CXX) \
	  OPT_FAST="-O3 $(NATIVE)" OPT_SLOW=-O0 OPT_GLOBAL=-O2 \
	  Vsth_core__ALL.a verilated.o verilated_fst_c.o verilated_threads.o \
	  >$(@D)/compile.log 2>&1 || { cat $(@D)/compile.log; exit 1; }
	$(Q)for f in $(COSIM_C); do $(CC) $(CFLAGS) -fPIC -c $$f \
	  -o $(@D)/$$(basename $$f .c).o || exit 1; done
	$(Q)$(CXX) -O2 $(NATIVE) -std=c++17 -fPIC -shared -o $@ -I$(@D)/obj \
	  -isystem $(VERILATOR_INCLUDE) -isystem $(VERILATOR_INCLUDE)/vltstd \
	  $(INCLUDES) $$(sed -n 2p $(@D)/options) verif/cosim/sth_rtl.cpp \
	  $(@D)/sth_*.o $(@D)/obj/Vsth_core__ALL.a $(@D)/obj/verilated.o \
	  $(@D)/obj/verilated_fst_c.o \
	  $(@D)/obj/verilated_threads.o -lz -lpthread -latomic

rtl: $(BUILD)/rtl/$(CONFIG)/libsth_rtl.so ## the Verilated core of CONFIG

.PHONY: rtl
