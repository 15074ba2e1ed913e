# The virtual platform: SystemC around processor, devices and accelerators.
#
#   make vp     the program that `systolith vp` runs
VP_PACKAGES = libsystemc-dev
VP = $(BUILD)/vp
VP_OBJ = $(patsubst tools/tlm/%.cpp,$(VP)/%.o,$(wildcard tools/tlm/*.cpp))
TLM_CXXFLAGS = -std=c++17 -g -O2 -Wall -Wextra -Wshadow -Wconversion -Werror \
	$(INCLUDES) $(SANITIZE)

$(VP)/deps.stamp: mk/vp.mk
	$(call install-packages,$(VP_PACKAGES))

deps-vp: $(VP)/deps.stamp ## install the Debian package that make vp adds: SystemC

$(VP)/%.o: tools/tlm/%.cpp | $(VP)/deps.stamp $(PLATFORM)
	$(call say,CXX,$<)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(TLM_CXXFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/systolith-vp: $(VP_OBJ) $(BUILD)/libtools.a $(BUILD)/libfirmware.a \
		$(BUILD)/libsystolith.a
	$(call say,LD,$@)
	$(Q)$(CXX) $(SANITIZE) -o $@ $^ -lsystemc $(LDLIBS)

# What others make of the modules: the test of their rules, the example.
TLM_MODULES = $(addprefix $(VP)/,sth_accelerator_tlm.o sth_ram_tlm.o)

$(VP)/%.o: tests/tlm/%.cpp | $(VP)/deps.stamp
	$(call say,CXX,$<)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(TLM_CXXFLAGS) -Itests/tlm -MMD -MP -c $< -o $@

$(VP)/%.o: examples/%.cpp | $(VP)/deps.stamp
	$(call say,CXX,$<)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(TLM_CXXFLAGS) -Itests/tlm -MMD -MP -c $< -o $@

$(VP)/conformance $(VP)/two_accelerators: $(VP)/%: $(VP)/%.o $(TLM_MODULES) \
		$(BUILD)/libsystolith.a
	$(call say,LD,$@)
	$(Q)$(CXX) $(SANITIZE) -o $@ $^ -lsystemc $(LDLIBS)

vp: $(BUILD)/systolith $(BUILD)/systolith-vp $(VP)/two_accelerators ## the virtual platform: systolith vp

build-vp: vp build-rv32 $(VP)/conformance

.PHONY: deps-vp vp build-vp
