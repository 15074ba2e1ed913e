# What is installed: headers, libraries, the command, configurations and models,
# manual pages, completion, pkg-config; docs/library.md describes it.
#
#   make install PREFIX=/opt/systolith RTL="nano edge" KIT=1
PREFIX ?= /usr/local
RTL ?=
KIT ?=
VERSION := $(shell sed -n 's/.*STH_VERSION "\(.*\)"/\1/p' spec/sth_version.h)
# The interface may change with each second number as long as the first is 0.
SOVERSION := $(shell echo $(VERSION) | cut -d. -f1-2)
DIST = $(BUILD)/dist

# A public header is one of these or what they include.
PUBLIC = csim/systolith.h tools/library/systolith_rtl.h \
	firmware/runtime/systolith_firmware.h
$(DIST)/headers.txt: $(PUBLIC) $(wildcard spec/* */*/*.h)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -MM $(PUBLIC) | tr ' \\' '\n\n' | \
	  grep -E '\.(h|def)$$' | sort -u >$(new)
	$(if-changed)

$(DIST)/libsystolith.a: $(call obj,$(CSIM_SRC) $(wildcard tools/library/*.c))
	@mkdir -p $(@D)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(DIST)/libsystolith_firmware.a: $(call obj,$(FIRMWARE_SRC))
	@mkdir -p $(@D)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# A shared library shows what the public headers declare and nothing else.
$(DIST)/%.so: $(DIST)/%.a $(DIST)/headers.txt
	$(call say,LD,$@)
	$(Q)nm --defined-only -g $< | awk '$$2 ~ /[TDRB]/ {print $$3}' | sort >$@.all
	$(Q)grep -ohE '\bsth_[a-z0-9_]+\b' $$(grep '\.h$$' $(DIST)/headers.txt) | \
	  sort -u | join - $@.all | \
	  awk 'BEGIN {print "{ global:"} {print $$0 ";"} END {print "local: *; };"}' \
	  >$@.map
	$(Q)$(CC) $(SANITIZE) -shared -Wl,-z,defs -Wl,--version-script=$@.map \
	  -Wl,-soname,$(*F).so.$(SOVERSION) -o $@ \
	  -Wl,--whole-archive $< -Wl,--no-whole-archive -lm -ldl

dist: $(BUILD)/systolith $(DIST)/libsystolith.so \
		$(DIST)/libsystolith_firmware.so $(DIST)/headers.txt

# The flags of pkg-config go through a shell unquoted.
prefix = $(if $(word 2,$(PREFIX)),$(error PREFIX '$(PREFIX)': the flags that \
	pkg-config prints would come apart at its blank),$(abspath $(PREFIX)))

# The platform and what images of firmware are made from.
dist-kit: $(BUILD)/systolith-vp $(RV32)/Os/libsystolith_rv32.a \
	$(RV32)/Os/player.elf $(RV32)/image-rom.ld

install: dist $(RTL:%=$(BUILD)/rtl/%/libsth_rtl.so) $(if $(KIT),dist-kit) ## into PREFIX; RTL="nano edge": with the RTL of these; KIT=1: with the platform and its firmware
	$(Q)BUILD=$(BUILD) PREFIX=$(prefix) DESTDIR="$(DESTDIR)" \
	  RTL="$(RTL)" KIT="$(KIT)" VERSION=$(VERSION) SOVERSION=$(SOVERSION) mk/install.sh

uninstall: ## what `make install` with this PREFIX put there
	$(Q)PREFIX=$(prefix) DESTDIR="$(DESTDIR)" mk/uninstall.sh

new-app: ## a folder NAME with firmware of its own, on what is installed in PREFIX with KIT=1
	$(Q)$(MAKE) --no-print-directory NAME="$(NAME)" \
	  -f $(prefix)/share/systolith/firmware/app.mk new-app

.PHONY: dist dist-kit new-app install uninstall
