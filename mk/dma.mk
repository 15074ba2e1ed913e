# Load, store and scratchpad behind a memory that reorders and stalls, one
# model for each shape BUSxWORDxLOADSLOTSxSTORESLOTS (bytes, bytes).
DMA = $(BUILD)/dma
DMA_SHAPES = 8x16x8x4 16x64x32x16 32x64x16x8 4x16x2x2 64x64x8x4 256x512x64x32
DMA_RTL = rtl/bus/sth_axi_read_mux.sv $(wildcard rtl/common/*.sv) \
	$(wildcard rtl/dma/*.sv rtl/load/*.sv rtl/store/*.sv) \
	rtl/onchip/sth_scratchpad.sv rtl/onchip/sth_sram_1r1w.sv
DMA_BATCHES ?= 300
DMA_SEED ?= 1

dma_number = $(word $(2),$(subst x, ,$(1)))

$(DMA)/%/Vsth_dma_tb.mk: $(DMA_RTL) $(GEN) verif/dma/sth_dma_tb.sv \
		verif/dma/sth_dma_main.cpp $(SPEC) mk/dma.mk
	$(call say,VERILATE,sth_dma_tb.$*)
	@mkdir -p $(@D)
	$(Q)$(VERILATOR) --cc --exe --assert -O3 -Wall --x-initial unique \
	  --compiler clang $(RTL_INCLUDES) $(DMA_RTL) \
	  verif/dma/sth_dma_tb.sv --top-module sth_dma_tb \
	  -GBusBytes=$(call dma_number,$*,1) \
	  -GWordBytes=$(call dma_number,$*,2) \
	  -GLoadSlots=$(call dma_number,$*,3) \
	  -GStoreSlots=$(call dma_number,$*,4) -GSpBytes=65536 \
	  --Mdir $(@D) -o sth_dma $(abspath verif/dma/sth_dma_main.cpp) \
	  -CFLAGS "-I$(abspath spec) -Wall -Wextra \
	  -DBUS_BYTES=$(call dma_number,$*,1) \
	  -DWORD_BYTES=$(call dma_number,$*,2) \
	  -DLOAD_SLOTS=$(call dma_number,$*,3) \
	  -DSTORE_SLOTS=$(call dma_number,$*,4)"

$(DMA)/%/sth_dma: $(DMA)/%/Vsth_dma_tb.mk
	$(call say,CXX,$@)
	$(Q)$(verilated-make) -C $(@D) -f Vsth_dma_tb.mk CXX=$(CXX) LINK=$(CXX) \
	  OPT_FAST=-O2 >$(DMA)/$*.log 2>&1 || { cat $(DMA)/$*.log; exit 1; }

.PRECIOUS: $(DMA)/%/Vsth_dma_tb.mk $(DMA)/%/sth_dma

build-dma: $(DMA_SHAPES:%=$(DMA)/%/sth_dma)

test-dma: build-dma ## load and store against every byte, beat and cycle
	$(Q)for shape in $(DMA_SHAPES); do \
	  $(DMA)/$$shape/sth_dma $(DMA_SEED) $(DMA_BATCHES) || exit 1; \
	done

.PHONY: build-dma test-dma
