# Kernels for one instruction set of the host; the build host runs what it has.
ifeq ($(shell uname -m),x86_64)
$(BUILD)/csim/%_avx2.o: CFLAGS += -mavx2
$(BUILD)/csim/%_avx512.o: CFLAGS += -mavx512f -mavx512bw -mavx512dq \
	-mavx512vl -mprefer-vector-width=512
endif
