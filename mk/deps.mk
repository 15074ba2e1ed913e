# What the project needs from Debian 12, and nothing else.
PACKAGES = gcc g++ clang make git verilator yosys iverilog libcmocka-dev \
	libjansson-dev zlib1g-dev qflow-tech-osu018 clang-format cppcheck pkgconf \
	groff-base

# `dpkg -s` of all of them is one process; apt runs only when it fails.
$(BUILD)/deps.stamp: mk/deps.mk
	@mkdir -p $(@D)
	@missing=$$(for p in $(PACKAGES); do \
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

deps: $(BUILD)/deps.stamp ## install missing Debian packages

.PHONY: deps
