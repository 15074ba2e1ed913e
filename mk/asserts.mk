# The assertions of the RTL, each seen to fire under a planted fault.
# ASSERTS names some, for instance ASSERTS='sth_fifo sth_fetch.RoomForEach'.
ASSERTS ?=

# What the planted copies share; none of it depends on the RTL.
ASSERT_OBJ = $(sort $(BENCH_OBJ) $(FRONT_OBJ) $(DMA_OBJ) $(MATRIX_OBJ) \
	$(VECTOR_OBJ) $(COSIM_OBJ) $(VERILATED))

# By the environment: a dry run would execute a recipe that names MAKE.
test-asserts: export MAKE := $(MAKE)
test-asserts: all $(RTL_HEADERS) $(ASSERT_OBJ) ## every assertion of the RTL fires under its planted fault
	$(Q)BUILD=$(BUILD) verif/asserts/run.sh $(ASSERTS)

.PHONY: test-asserts
