# Tests.  tests/suite.txt says what runs and what each step proves.
TESTS = $(patsubst tests/%.c,%,$(wildcard tests/*/test_*.c))
SAN = $(BUILD)/san
SAN_FLAGS = -fsanitize=address,undefined -fno-sanitize-recover=all

# Sources outside of the libraries that tests look into.
TEST_LIB_SRC = $(wildcard verif/numeric/*.c verif/cosim/*.c tests/families/eq*.c) \
	$(filter-out tools/specgen/sth_specgen.c,$(wildcard tools/specgen/*.c))

$(BUILD)/libtests.a: $(call obj,$(TEST_LIB_SRC))
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(TESTS:%=$(BUILD)/tests/%): %: %.o $(BUILD)/libtests.a $(BUILD)/libtools.a \
		$(BUILD)/libfirmware.a $(BUILD)/libsystolith.a
	$(call say,LD,$@)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ -lcmocka $(LDLIBS)

unit-binaries: $(TESTS:%=$(BUILD)/tests/%) $(BUILD)/systolith

# The cmocka suites and a second command, under ASan and UBSan; those of
# families, which are sums without end, as they are.
sanitized: $(BUILD)/deps.stamp $(filter $(BUILD)/tests/families/%,$(TESTS:%=$(BUILD)/tests/%))
	$(Q)$(MAKE) --no-print-directory BUILD=$(SAN) OPT=-O1 \
	  SANITIZE='$(SAN_FLAGS)' unit-binaries

# The steps say what they need, and the suite builds that.  MAKE travels by the
# environment: a dry run would execute a line that names it.
test test-one: export MAKE := $(MAKE)
test test-one: export BUILD := $(BUILD)
test test-one: export PARALLEL := $(PARALLEL)

test: $(BUILD)/deps.stamp ## every quick test; ends with 'N passed, N failed'
	$(Q)tests/suite.sh tests/suite.txt

test-one: $(BUILD)/deps.stamp ## one step of tests/suite.txt: make test-one STEP=name
	$(Q)tests/suite.sh tests/suite.txt $(or $(STEP),$(error STEP is one of \
	  $(shell sed -n 's/^\([a-z-]*\) *|.*/\1/p' tests/suite.txt)))

.PHONY: unit-binaries sanitized test test-one
