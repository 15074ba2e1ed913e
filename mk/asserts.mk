# The assertions of the RTL, each seen to fire under a planted fault.
# ASSERTS names some, for instance ASSERTS='sth_fifo sth_fetch.RoomForEach'.
ASSERTS ?=

test-asserts: all $(BENCH_OBJ) $(VERILATED) ## every assertion of the RTL fires under its planted fault
	$(Q)MAKE=$(MAKE) BUILD=$(BUILD) verif/asserts/run.sh $(ASSERTS)

.PHONY: test-asserts
