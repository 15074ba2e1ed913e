# Systolith
#
#   make run     the main job: transformer layers from firmware, on the C model
#                and on the RTL in step, with a table of figures at the end
#   make test    every test that fits a coffee break; ends with 'N passed, N failed'
#   make help    all targets
#
# Both install what they lack through apt (see `make deps`).  V=1 prints the
# commands, BUILD=dir puts the products elsewhere.

BUILD ?= build
CONFIG ?= edge
CONFIGS = $(basename $(notdir $(sort $(wildcard configs/*.cfg))))
CC = gcc
CXX = clang++
VERILATOR = verilator
PARALLEL ?= 2

Q := $(if $(V),,@)
say = @$(if $(V),true,printf '  %-8s %s\n' $(1) $(2))

WARN = -Wall -Wextra -Wshadow -Wconversion -Wundef -Werror
OPT ?= -O3
INCLUDES = -Ispec -Icsim $(addprefix -I,$(wildcard csim/*/ firmware/*/ tools/*/)) \
	-I$(BUILD)/gen -Iverif/cosim -Iverif/numeric -Itests
# Objects go into programs and shared libraries alike.
CFLAGS = -std=c11 -g $(OPT) $(WARN) -ffp-contract=off -fPIC \
	-fno-semantic-interposition $(INCLUDES) -D_GNU_SOURCE $(SANITIZE)
LDLIBS = -ljansson -lm -ldl -Wl,--as-needed -ldw -lelf

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

include mk/deps.mk
include mk/c.mk
include mk/gen.mk
include mk/rtl.mk
include mk/rv32.mk
include mk/hart.mk
include mk/vp.mk
include mk/gdb.mk
include mk/run.mk
include mk/regress.mk
include mk/bench.mk
include mk/efficiency.mk
include mk/parity.mk
include mk/benches.mk
include mk/numeric.mk
include mk/matrix.mk
include mk/vector.mk
include mk/dma.mk
include mk/front.mk
include mk/asserts.mk
include mk/install.mk
include mk/test.mk
include mk/silicon-choice.mk
include mk/silicon.mk
include mk/figures.mk
include mk/lint.mk

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sort | \
	  awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

all: $(BUILD)/systolith $(SPECGEN) ## build the command and every library

clean: ## remove every product
	rm -rf $(BUILD)

.PHONY: help all clean
