# Lint: formatting, static analysis, arrows of dependency, RTL in three tools.
include mk/rtl-lint.mk

C_FILES = $(or $(shell mk/sources.sh '*.c' '*.h'),$(error no C file))
CPP_FILES = $(shell mk/sources.sh '*.cpp')

lint-format: | $(BUILD)/deps.stamp ## clang-format changes nothing
	$(Q)clang-format --dry-run -Werror $(C_FILES) $(CPP_FILES)

# OP_HEADERS is set by the two files that include the table of operations for
# its headers; cppcheck would try it everywhere.
lint-c: | $(BUILD)/deps.stamp ## cppcheck finds nothing
	$(Q)cppcheck --quiet --std=c11 --language=c --error-exitcode=1 \
	  --enable=warning,performance,portability --inline-suppr \
	  --suppressions-list=mk/cppcheck.txt -UOP_HEADERS $(INCLUDES) \
	  $(filter %.c,$(C_FILES))

lint-arrows: ## the arrows of dependency hold
	$(Q)mk/arrows.sh

lint-rooms: all ## no room calls above itself, no circle among objects
	$(Q)mk/rooms.sh $(BUILD)

lint-lines: ## every file fits in the head
	$(Q)mk/lines.sh

lint-asserts: ## every assertion of the RTL has a planted fault
	$(Q)verif/asserts/run.sh --rows

lint: lint-arrows lint-rooms lint-lines lint-asserts lint-format lint-c lint-rtl ## everything that must be clean
	@echo "lint: clean"

.PHONY: lint lint-format lint-c lint-arrows lint-rooms lint-lines lint-asserts
