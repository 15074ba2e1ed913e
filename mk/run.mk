# The main job: layers at their real dimensions, firmware driving the C model
# and the RTL in step.
RUN = $(BUILD)/run
RUN_TRACES = gpt2-prefill32-bf16 gpt2-prefill32-int8 \
	llama-3.2-1b-decode64-bf16 llama-3.2-1b-decode64-int8

$(RUN)/gpt2-prefill32-%.trace: $(BUILD)/systolith
	@mkdir -p $(@D)
	$(Q)$< trace --model gpt2 --phase prefill --seq 32 --dtype $* -o $@

$(RUN)/llama-3.2-1b-decode64-%.trace: $(BUILD)/systolith
	@mkdir -p $(@D)
	$(Q)$< trace --model llama-3.2-1b --phase decode --past 64 --dtype $* -o $@

$(RUN)/%.json: $(RUN)/%.trace $(BUILD)/rtl/edge/libsth_rtl.so
	$(call say,RUN,$*)
	$(Q)$(BUILD)/systolith run $< --config edge --backend both --json $@ \
	  --wave $(RUN)/$*.fst >$(RUN)/$*.txt || { cat $(RUN)/$*.txt; exit 1; }

# The same by firmware: the player image on the platform, on model and RTL.
$(RUN)/platform.txt: $(RUN)/gpt2-prefill32-bf16.trace $(BUILD)/systolith-vp \
		$(RV32)/Os/player.elf $(BUILD)/rtl/edge/libsth_rtl.so
	$(call say,VP,player.elf)
	$(Q)$(BUILD)/systolith vp $(RV32)/Os/player.elf --trace $< --backend both \
	  --compare --json $(RUN)/platform.json >$@ || { cat $@; exit 1; }

run: $(BUILD)/deps.stamp ## the main job: transformer layers on model and RTL in step
	$(Q)$(MAKE) --no-print-directory -j$(PARALLEL) $(RUN_TRACES:%=$(RUN)/%.json) \
	  $(RUN)/platform.txt
	@echo
	$(Q)$(BUILD)/systolith table $(RUN_TRACES:%=$(RUN)/%.json)
	@echo
	@echo "gpt2-prefill32-bf16 by firmware on the platform: player.elf"
	$(Q)sed -n '/^platform on the RTL/,$$p' $(RUN)/platform.txt

.PHONY: run
.SECONDARY: $(RUN_TRACES:%=$(RUN)/%.trace)
