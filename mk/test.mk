# Tests.  tests/suite.txt says what runs and what each step proves.
TESTS = $(patsubst tests/%.c,%,$(wildcard tests/*/test_*.c))
SAN = $(BUILD)/san
SAN_FLAGS = -fsanitize=address,undefined -fno-sanitize-recover=all

# Sources outside of the libraries that tests look into.
TEST_LIB_SRC = $(wildcard verif/numeric/*.c verif/cosim/*.c) \
	$(filter-out tools/specgen/sth_specgen.c,$(wildcard tools/specgen/*.c))

$(BUILD)/libtests.a: $(call obj,$(TEST_LIB_SRC))
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(TESTS:%=$(BUILD)/tests/%): %: %.o $(BUILD)/libtests.a $(BUILD)/libtools.a \
		$(BUILD)/libfirmware.a $(BUILD)/libsystolith.a
	$(call say,LD,$@)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ -lcmocka $(LDLIBS)

unit-binaries: $(TESTS:%=$(BUILD)/tests/%) $(BUILD)/systolith

# The cmocka suites and a second command, under ASan and UBSan.
sanitized: $(BUILD)/deps.stamp
	$(Q)$(MAKE) --no-print-directory BUILD=$(SAN) OPT=-O1 \
	  SANITIZE='$(SAN_FLAGS)' unit-binaries

TEST_DEPS = $(BUILD)/systolith $(CONFIGS:%=$(BUILD)/rtl/%/libsth_rtl.so)

test: $(BUILD)/deps.stamp ## every quick test; ends with 'N passed, N failed'
	$(Q)$(MAKE) --no-print-directory -j$(PARALLEL) sanitized $(TEST_DEPS)
	$(Q)BUILD=$(BUILD) MAKE=$(MAKE) tests/suite.sh tests/suite.txt

test-one: $(BUILD)/deps.stamp ## one step of tests/suite.txt: make test-one STEP=name
	$(Q)BUILD=$(BUILD) MAKE=$(MAKE) tests/suite.sh tests/suite.txt $(STEP)

.PHONY: unit-binaries sanitized test test-one
