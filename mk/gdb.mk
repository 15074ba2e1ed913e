# The debugger's side of the platform.
#
#   make gdb        real sessions of gdb with a firmware that has a planted bug
#   make fuzz-gdb   random bytes and requests, FUZZ_SECONDS long
GDB = $(BUILD)/gdb
GDB_PACKAGES = gdb-multiarch
FUZZ_PACKAGES = clang libclang-rt-14-dev
FUZZ_SECONDS ?= 600
FUZZ_SEED ?= 1

$(GDB)/deps.stamp: mk/gdb.mk
	$(call install-packages,$(GDB_PACKAGES))

$(GDB)/fuzz.stamp: mk/gdb.mk
	$(call install-packages,$(FUZZ_PACKAGES))

$(RV32)/Os/planted.elf: $(RV32)/Os/tests/gdb/planted.o \
		$(RV32_BOARD:%.c=$(RV32)/Os/%.o) \
		$(RV32_START:%.S=$(RV32)/Os/%.o) $(RV32)/image.ld
	$(rv32-link)

build-gdb: $(GDB)/deps.stamp $(RV32)/Os/planted.elf vp

gdb: build-gdb $(BUILD)/rtl/nano/libsth_rtl.so ## gdb on the platform, with a firmware that has a bug
	$(Q)BUILD=$(BUILD) tests/gdb/run.sh

# The stub and the processor are compiled for the fuzzer, with its eyes in them.
$(GDB)/fuzz: $(wildcard tools/gdb/*.[ch] tools/hart/*.[ch] tests/gdb/*.[ch]) \
		$(BUILD)/libtools.a $(BUILD)/libsystolith.a | $(GDB)/fuzz.stamp
	$(call say,FUZZ,$@)
	$(Q)clang -std=c11 -g -O1 -D_GNU_SOURCE $(INCLUDES) \
	  -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o $@ \
	  tests/gdb/fuzz.c $(wildcard tools/gdb/*.c tools/hart/*.c) \
	  $(BUILD)/libtools.a $(BUILD)/libsystolith.a $(LDLIBS)

fuzz-gdb: $(GDB)/fuzz ## the debugger's stub against random bytes, FUZZ_SECONDS long
	@mkdir -p $(GDB)/corpus
	$(Q)$< -max_total_time=$(FUZZ_SECONDS) -seed=$(FUZZ_SEED) -timeout=10 \
	  -rss_limit_mb=2048 -max_len=40000 -len_control=0 -dict=tests/gdb/fuzz.dict \
	  -artifact_prefix=$(GDB)/ -print_final_stats=1 $(GDB)/corpus

.PHONY: build-gdb gdb fuzz-gdb
