# Synthesis: nano and edge in Yosys, hierarchically, to the standard cells of
# OSU 180 nm.  The SRAM wrapper stays a black box: it is where a macro goes.
SYNTH_CONFIGS ?= nano edge
LIBERTY = /usr/share/qflow/tech/osu018/osu018_stdcells.lib
SYNTH = $(BUILD)/synth

$(SYNTH)/%.json: configs/%.cfg $(RTL_SRC) $(RTL_HEADERS)
	$(call say,SYNTH,$*)
	@mkdir -p $(@D)
	$(Q)$(SPECGEN) build $< >$(SYNTH)/$*.options
	$(Q)params=$$(sed -n '1s/-G\([A-Za-z]*\)=/-set \1 /gp' \
	  $(SYNTH)/$*.options); \
	yosys -q -l $(SYNTH)/$*.log -p " \
	  read_verilog -sv $(RTL_INCLUDES) $(RTL_SRC); \
	  chparam $$params sth_core; \
	  hierarchy -check -top sth_core; \
	  blackbox *sth_sram_1r1w*; \
	  proc; select -assert-none t:\$$dlatch t:\$$adlatch; \
	  synth -top sth_core -run coarse:; \
	  check -assert; \
	  dfflibmap -liberty $(LIBERTY); \
	  abc -liberty $(LIBERTY); \
	  opt_clean; read_liberty -lib $(LIBERTY); check -assert; \
	  select -assert-none t:\$$* t:\$$paramod* %d; \
	  tee -q -o $(SYNTH)/$*.stat stat -liberty $(LIBERTY); \
	  tee -q -o $@ stat -json -liberty $(LIBERTY)" >/dev/null 2>&1 \
	|| { tail -5 $(SYNTH)/$*.log; rm -f $@; exit 1; }

synth: $(SYNTH_CONFIGS:%=$(SYNTH)/%.json) ## cell counts of nano and edge from Yosys
	$(Q)for c in $(SYNTH_CONFIGS); do \
	  sed -n '/design hierarchy/,$$p' $(SYNTH)/$$c.stat | \
	  awk -v c=$$c '/Number of cells:/ {n = $$4} /Chip area for top/ {a = $$NF} \
	    /DFF/ && NF == 2 {f += $$2} /sth_sram/ {s += $$2} \
	    END {printf "%-6s %9d cells, %7d flip-flops, %3d SRAM macros, " \
	      "cell area %d (OSU 180 nm)\n", c, n, f, s, a}'; \
	done

.PHONY: synth
