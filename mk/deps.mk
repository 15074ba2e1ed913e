# What the project needs from Debian 12, and nothing else.
PACKAGES = gcc g++ clang make git verilator yosys iverilog libcmocka-dev \
	libjansson-dev zlib1g-dev qflow-tech-osu018 clang-format cppcheck pkgconf \
	groff-base libdw-dev

# Installs those of the packages $(1) that are missing, and leaves a stamp.
# Asking after all of them is one process; apt runs only when one is missing, and
# one at a time.
define install-packages
	@mkdir -p $(@D)
	@exec 9>$(BUILD)/apt.lock; flock 9; missing=$$(for p in $(1); do \
	    dpkg-query -W -f '$${Status}' $$p 2>/dev/null | \
	    grep -q 'ok installed' || echo $$p; done | tr '\n' ' '); \
	if [ -n "$$missing" ]; then \
	  echo "installing from Debian: $$missing"; \
	  sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$sudo apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq \
	    --no-install-recommends $$missing >$(BUILD)/apt.log 2>&1 || \
	  { cat $(BUILD)/apt.log; echo "deps: apt-get failed; install by hand:" \
	    $$missing; exit 1; }; \
	fi
	@touch $@
endef

$(BUILD)/deps.stamp: mk/deps.mk
	$(call install-packages,$(PACKAGES))

deps: $(BUILD)/deps.stamp ## install missing Debian packages

.PHONY: deps
