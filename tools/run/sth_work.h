/*
 * What the commands of an operation did, added up as they retire, and where
 * the cycles of a run went.
 */
#ifndef STH_WORK_H
#define STH_WORK_H

#include "sth_device.h"
#include "sth_spec.h"

#include <stdint.h>

/* Commands of one operation, or of several added up. */
struct sth_work {
    uint32_t commands;
    uint64_t busy[STH_ENGINE_COUNT]; /* cycles in which it held one of them */
    uint64_t rows;                   /* activation rows into the array */
    uint64_t least_rows;             /* if all tiles had the array's lanes */
    uint64_t lanes;                  /* elements that vector computed */
    uint64_t load_bytes, store_bytes;
};

/*
 * Adds a retired command.  *engine_end is the end of the latest command of its
 * engine so far, of any operation: started commands of an engine overlap.
 */
void sth_work_add(struct sth_work *work, uint64_t *engine_end,
                  const struct sth_event *event,
                  const struct sth_command *command,
                  const struct sth_params *params);
void sth_work_sum(struct sth_work *into, const struct sth_work *from);

/* Every cycle of a run belongs to exactly one part. */
enum sth_part {
    STH_PART_STREAM,  /* a row enters the array */
    STH_PART_WEIGHTS, /* the array waits for its weights */
    STH_PART_DRAIN,   /* the array fills or drains, or sums come out */
    STH_PART_VECTOR,  /* vector is busy, the array is not */
    STH_PART_BOTH,    /* load and store are busy, nobody else */
    STH_PART_LOAD,    /* load is busy, nobody else */
    STH_PART_STORE,   /* store is busy, nobody else */
    STH_PART_IDLE,    /* no engine is: commands are fetched and decoded */
    STH_PART_COUNT
};

/* part receives cycles that add up to counter CYCLES. */
void sth_work_parts(const uint64_t counter[STH_CNT_COUNT],
                    uint64_t part[STH_PART_COUNT]);
const char *sth_work_part_name(enum sth_part part);

#endif
