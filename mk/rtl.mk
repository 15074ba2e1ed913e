# The Verilated core of a configuration as a library that programs load.
RTL_FLAGS = -Wno-lint --top-module sth_core -GEvents=1 $(RTL_INCLUDES:-I%=-I$(CURDIR)/%)
# It needs nothing from the program that loads it: csim/command is linked in,
# the memory component comes as a table of functions.
COSIM_OBJ = $(call obj,$(wildcard verif/cosim/*.c csim/command/*.c))
COSIM_DEPS = $(wildcard verif/cosim/*.h verif/cosim/*.cpp) $(COSIM_OBJ) \
	verif/cosim/sth_rtl.map $(SPEC)
NATIVE ?= -march=native

# Asked for once, when it is first needed.
VERILATOR_INCLUDE = $(eval VERILATOR_INCLUDE := $(shell $(VERILATOR) -V | \
	awk '/VERILATOR_ROOT *= ./ {print $$3; exit}')/include)$(VERILATOR_INCLUDE)
VERILATED_FLAGS = -std=c++17 -fPIC -isystem $(VERILATOR_INCLUDE) \
	-isystem $(VERILATOR_INCLUDE)/vltstd -DVM_TRACE=1 -DVM_TRACE_FST=1 \
	-include $(CURDIR)/verif/cosim/sth_verilated.h \
	-DVL_PRINTF=sth_verilated_print

# Loops stay loops: a loop over the lanes of a wide vector is one body to
# compile instead of hundreds, and the compiler vectorizes it.  Parameters are
# not traced: each module has all of spec/.  Verilator 5.006
# may forget to declare the index of a loop that copies up to 64 words of a wide
# signal: no loops so short.
RTL_VERILATE = --cc --assert -O3 --unroll-stmts 1 --output-split-cfuncs 1000 \
	--reloop-limit 65 --compiler clang $(if $(RTL_LIGHT),,$(RTL_WAVES))
RTL_WAVES = --trace-fst --no-trace-params
# The code for wave files and initial values need not be fast.  RTL_LIGHT=1 is
# for models that run a few programs: quick to build, and they write no waves.
RTL_OPT = $(if $(RTL_LIGHT),OPT_FAST=-O1,OPT_FAST='$$(if $$(findstring \
	__Trace,$$@),-O0,-O3) $(NATIVE)') OPT_SLOW=-O0 OPT_GLOBAL=-O2

# Builds what Verilator wrote.  The recipes do not name MAKE themselves, since a
# dry run would execute them.
verilated-make = env -u MAKEFLAGS $(MAKE) -s

# Verilator's own library, the same for all configurations.
$(BUILD)/rtl/verilated/%.o: verif/cosim/sth_verilated.h mk/rtl.mk | $(BUILD)/deps.stamp
	$(call say,CXX,$@)
	@mkdir -p $(@D)
	$(Q)$(CXX) -O1 $(VERILATED_FLAGS) -c $(VERILATOR_INCLUDE)/$*.cpp -o $@

VERILATED = $(patsubst %,$(BUILD)/rtl/verilated/%.o, \
	verilated verilated_fst_c verilated_threads)
.SECONDARY: $(VERILATED)
.PRECIOUS: $(BUILD)/rtl/%/core.a

# Verilator works in a directory of its own, hence absolute paths.
define verilate-core
	$(call say,VERILATE,$*)
	@mkdir -p $(@D)
	$(Q)$(SPECGEN) build $(filter %.cfg,$^) >$(@D)/options
	$(Q)rm -rf $(@D)/obj
	$(Q)$(VERILATOR) $(RTL_VERILATE) $(RTL_FLAGS) \
	  --Mdir $(@D)/obj --prefix Vsth_core $(RTL_SRC) \
	  $$(sed -n 1p $(@D)/options) -CFLAGS -fPIC >$(@D)/verilate.log 2>&1 \
	  || { cat $(@D)/verilate.log; exit 1; }
	$(call say,CXX,$*)
	$(Q)$(verilated-make) -C $(@D)/obj -f Vsth_core.mk -j$(PARALLEL) CXX=$(CXX) \
	  $(RTL_OPT) Vsth_core__ALL.a >$(@D)/compile.log 2>&1 \
	  || { cat $(@D)/compile.log; exit 1; }
	$(Q)cp $(@D)/obj/Vsth_core__ALL.a $@
endef

$(BUILD)/rtl/%/core.a: configs/%.cfg $(RTL_SRC) $(RTL_HEADERS)
	$(verilate-core)

# Configurations that tests draw.
$(BUILD)/rtl/%/core.a: $(BUILD)/configs/%.cfg $(RTL_SRC) $(RTL_HEADERS)
	$(verilate-core)

# The shim around the core, and what it shares with every configuration.
$(BUILD)/rtl/%/libsth_rtl.so: $(BUILD)/rtl/%/core.a $(COSIM_DEPS) $(VERILATED)
	$(call say,LD,$@)
	$(Q)$(CXX) -O2 $(NATIVE) $(VERILATED_FLAGS) \
	  -DSTH_RTL_WAVES=$(if $(RTL_LIGHT),0,1) -shared -Wl,-z,defs \
	  -Wl,--version-script=verif/cosim/sth_rtl.map -o $@ -I$(@D)/obj \
	  $(INCLUDES) $$(sed -n 2p $(@D)/options) $(wildcard verif/cosim/*.cpp) \
	  $(COSIM_OBJ) $(@D)/core.a $(VERILATED) \
	  -lz -lpthread -latomic

$(CONFIGS:%=rtl-%): rtl-%: $(BUILD)/rtl/%/libsth_rtl.so

# What every configuration shares.
rtl-library: $(VERILATED) $(COSIM_DEPS) $(RTL_HEADERS)

rtl: $(BUILD)/rtl/$(CONFIG)/libsth_rtl.so ## the Verilated core of CONFIG

.PHONY: rtl rtl-library $(CONFIGS:%=rtl-%)
