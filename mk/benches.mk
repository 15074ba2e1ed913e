# Unit benches: a block Verilated alone, with the library of verif/bench.
BENCH_CPP = $(wildcard verif/bench/*.cpp)
BENCH_OBJ = $(patsubst %.cpp,$(BUILD)/%.o,$(BENCH_CPP)) \
	$(BUILD)/csim/command/sth_disasm.o
BENCH_FLAGS = -std=c++17 -Wall -Wextra -Wno-unused-parameter $(addprefix -I, \
	$(abspath verif/bench verif/cosim spec $(wildcard csim/*/)))

# Of a name `AxBxC`, number N: $(call shape,AxBxC,N).
shape = $(word $(2),$(subst x, ,$(1)))

$(BUILD)/verif/bench/%.o: verif/bench/%.cpp $(SPEC)
	$(call say,CXX,$<)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(BENCH_FLAGS) -Werror -O2 -MMD -MP -c $< -o $@

# --reloop-limit as in mk/rtl.mk.
# The recipe of a bench: $(call bench,TOP,PARAMETERS,RTL,SOURCES,FLAGS) where
# sources may be objects, and flags reach them.
define bench
$(call say,BENCH,$@)
@mkdir -p $(@D)
$(Q)$(VERILATOR) --cc --exe --assert --reloop-limit 65 -O3 -Wall --compiler clang \
  $(RTL_INCLUDES) $(3) --top-module $(1) $(2) --Mdir $(@D) -o $(@F) \
  $(abspath $(4) $(BENCH_OBJ)) -CFLAGS '$(BENCH_FLAGS) $(5)' && \
$(verilated-make) -j$(PARALLEL) -C $(@D) -f V$(1).mk CXX=$(CXX) LINK=$(CXX) \
  OPT_FAST='$(BENCH_OPT)' $(@F) >$(@D)/build.log 2>&1 || \
  { cat $(@D)/build.log; exit 1; }
endef
BENCH_OPT ?= -O1
# What a bench's rule depends on beside its own files.
BENCH_DEPS = $(RTL_HEADERS) $(BENCH_OBJ) $(wildcard verif/bench/*.h) $(SPEC)

.SECONDARY: $(BENCH_OBJ)

# The library's own test.
$(BUILD)/tests/bench/report: tests/bench/report.cpp $(BENCH_OBJ) $(BENCH_DEPS)
	$(call say,CXX,$@)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(BENCH_FLAGS) -Werror -O1 $< $(BENCH_OBJ) -o $@

build-bench: $(BUILD)/tests/bench/report

.PHONY: build-bench
