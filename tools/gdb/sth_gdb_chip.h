/*
 * What a debugger sees of an accelerator, whatever stands behind its registers.
 *
 * The registers tell all but two things: how far each engine is, which the
 * model knows, and the owner of another device notes from its events; and what
 * a sanitizer found.
 */
#ifndef STH_GDB_CHIP_H
#define STH_GDB_CHIP_H

#include "sth_spec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sth_device;
struct sth_diagnostic;
struct sth_event;

struct sth_gdb_chip {
    void *user;
    bool takes_time; /* reading a register does: ask a copy (sth_gdb_copy.h) */
    /* A register as it is, without another side effect. */
    uint32_t (*reg)(void *user, uint32_t offset);
    /* Every counter, the same way; NULL: they are read as registers. */
    void (*counters)(void *user, uint64_t counter[STH_CNT_COUNT]);
    /* Memory behind the chip's bus. */
    void (*mem_read)(void *user, uint64_t addr, void *to, size_t bytes);
    uint64_t (*cycles)(void *user);
    /* As sth_csim_report(); NULL: nobody looks. */
    size_t (*report)(void *user, const struct sth_diagnostic **list);
    /* As sth_csim_get_oldest(); NULL: what is noted below. */
    uint32_t (*oldest)(void *user, enum sth_engine engine);
    /* Of each engine: whether a command has retired, and the last one. */
    bool has_retired[STH_ENGINE_COUNT];
    uint32_t retired[STH_ENGINE_COUNT];
};

/* A device of the C model; a look takes none of its time. */
void sth_gdb_chip_init_csim(struct sth_gdb_chip *chip, struct sth_device *dev);

/* Any other device: its registers are read over its bus, which takes time. */
void sth_gdb_chip_init_device(struct sth_gdb_chip *chip,
                              struct sth_device *dev);

/* A command has retired. */
void sth_gdb_chip_note(struct sth_gdb_chip *chip,
                       const struct sth_event *event);

/* Each writes what its name says, in whole lines. */
void sth_gdb_chip_print_engines(const struct sth_gdb_chip *chip, FILE *out);
void sth_gdb_chip_print_queues(const struct sth_gdb_chip *chip, FILE *out);
void sth_gdb_chip_print_semaphores(const struct sth_gdb_chip *chip, FILE *out);
void sth_gdb_chip_print_counters(const struct sth_gdb_chip *chip, FILE *out);
void sth_gdb_chip_print_ring(const struct sth_gdb_chip *chip, FILE *out);
void sth_gdb_chip_print_fault(const struct sth_gdb_chip *chip, FILE *out);
void sth_gdb_chip_print_sanitizer(const struct sth_gdb_chip *chip, FILE *out);

#ifdef __cplusplus
}
#endif

#endif
