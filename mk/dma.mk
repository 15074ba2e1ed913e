# Load, store and scratchpad behind a memory that reorders and stalls, one
# model for each shape BUSxWORDxLOADSLOTSxSTORESLOTS (bytes, bytes).
DMA = $(BUILD)/dma
DMA_SHAPES ?= 8x16x8x4 16x64x32x16 32x64x16x8 4x16x2x2 64x64x64x32 512x512x32x16
DMA_RTL = verif/dma/sth_dma_tb.sv rtl/bus/sth_axi_slice.sv \
	rtl/bus/sth_axi_read_mux.sv $(wildcard rtl/common/*.sv rtl/dma/*.sv rtl/load/*.sv \
	rtl/store/*.sv) \
	rtl/onchip/sth_scratchpad.sv rtl/onchip/sth_sram_1r1w.sv
DMA_SRC = $(wildcard verif/dma/*.cpp)
DMA_OBJ = $(call obj,verif/cosim/sth_axi_rules.c)
DMA_BATCHES ?= 300
DMA_SEED ?= 1

$(DMA)/%/sth_dma: $(DMA_RTL) $(DMA_SRC) $(DMA_OBJ) $(BENCH_DEPS) \
		$(wildcard verif/dma/*.h)
	$(call bench,sth_dma_tb,-GBusBytes=$(call shape,$*,1) \
	  -GWordBytes=$(call shape,$*,2) -GLoadSlots=$(call shape,$*,3) \
	  -GStoreSlots=$(call shape,$*,4) -GSpBytes=65536,$(DMA_RTL),\
	  $(DMA_SRC) $(DMA_OBJ),-DBUS_BYTES=$(call shape,$*,1) \
	  -DWORD_BYTES=$(call shape,$*,2) -DLOAD_SLOTS=$(call shape,$*,3) \
	  -DSTORE_SLOTS=$(call shape,$*,4))

build-dma: $(DMA_SHAPES:%=$(DMA)/%/sth_dma)

test-dma: build-dma ## load and store against every byte, beat and cycle
	$(Q)for shape in $(DMA_SHAPES); do $(DMA)/$$shape/sth_dma \
	  --seed $(DMA_SEED) --count $(DMA_BATCHES) || exit 1; done

.SECONDARY: $(DMA_OBJ)
.PHONY: build-dma test-dma
