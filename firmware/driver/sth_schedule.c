/* Scheduler: turns "this command reads that buffer" into semaphores. */
#include <string.h>

#include "sth_schedule.h"

_Static_assert(STH_SCHEDULE_WINDOW + 32 + 1 <= 255,
               "tokens outstanding must fit a semaphore");

static const uint32_t sync_opcode[STH_ENGINE_COUNT] = {
    [STH_ENGINE_LOAD] = STH_OP_SYNC_LOAD,
    [STH_ENGINE_MATRIX] = STH_OP_SYNC_MATRIX,
    [STH_ENGINE_VECTOR] = STH_OP_SYNC_VECTOR,
    [STH_ENGINE_STORE] = STH_OP_SYNC_STORE,
};

/* The semaphore of an ordered pair of engines: sixteen pairs, sixteen. */
static uint32_t semaphore_of(uint32_t producer, uint32_t consumer)
{
    return producer * STH_ENGINE_COUNT + consumer;
}

/* Whether an engine finishes a command before it starts the next. */
static bool is_self_ordered(uint32_t engine)
{
    return engine == STH_ENGINE_MATRIX || engine == STH_ENGINE_VECTOR;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static void merge_hazard(struct sth_hazard *into, const struct sth_hazard *from)
{
    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++) {
        into->read[e] = later(into->read[e], from->read[e]);
        into->write[e] = later(into->write[e], from->write[e]);
    }
}

void sth_schedule_init(struct sth_schedule *s, struct sth_driver *driver)
{
    memset(s, 0, sizeof *s);
    s->driver = driver;
    s->first = driver->tail;
    s->next = driver->tail;
    s->memory = STH_PLAN_MEMORY_DEFAULT;
}

bool sth_schedule_next_block(struct sth_schedule *s)
{
    if (s->err != STH_FW_ERR_OK || (s->trial && s->trial_blocks == 0))
        return false;
    s->trial_blocks -= s->trial;
    return true;
}

void sth_schedule_fail_at(struct sth_schedule *s, enum sth_fw_err err,
                          const char *field)
{
    if (s->err != STH_FW_ERR_OK)
        return;
    s->err = err;
    s->field = field;
}

/* ---- on-chip allocation ------------------------------------------------ */

static void remember(struct sth_schedule *s, const struct sth_buffer *buffer)
{
    if (s->histories == STH_SCHEDULE_HISTORY) {
        /* The older half is folded into the floor. */
        uint32_t half = STH_SCHEDULE_HISTORY / 2;

        for (uint32_t i = 0; i < half; i++)
            merge_hazard(&s->floor[s->history[i].space], &s->history[i].hazard);
        memmove(&s->history[0], &s->history[half], half * sizeof s->history[0]);
        s->histories = half;
    }
    s->history[s->histories++] = *buffer;
}

void sth_schedule_begin_operation(struct sth_schedule *s)
{
    for (uint32_t i = 0; i < s->buffers; i++)
        remember(s, &s->buffer[i]);
    s->buffers = 0;
    s->used[STH_SCHEDULE_SP] = 0;
    s->used[STH_SCHEDULE_ACC] = 0;
}

static uint32_t capacity(const struct sth_schedule *s,
                         enum sth_schedule_space space)
{
    const struct sth_params *p = &s->driver->params;

    return space == STH_SCHEDULE_SP ? p->sp_bytes
                                    : p->acc_bytes / sth_acc_row_bytes(p);
}

uint32_t sth_schedule_room(const struct sth_schedule *s,
                           enum sth_schedule_space space)
{
    return capacity(s, space) - s->used[space];
}

struct sth_buffer *sth_schedule_alloc(struct sth_schedule *s,
                                      enum sth_schedule_space space,
                                      uint32_t size)
{
    const uint64_t whole = space == STH_SCHEDULE_SP
                               ? sth_schedule_sp_bytes(&s->driver->params, size)
                               : size;
    struct sth_buffer *b;

    if (space != STH_SCHEDULE_SP && space != STH_SCHEDULE_ACC) {
        sth_schedule_refuse(s, "space");
        return &s->buffer[0];
    }
    if (s->buffers == STH_SCHEDULE_BUFFERS ||
        whole > sth_schedule_room(s, space)) {
        sth_schedule_fail(s, STH_FW_ERR_SPACE);
        return &s->buffer[0];
    }
    size = (uint32_t)whole;
    b = &s->buffer[s->buffers++];
    b->space = space;
    b->addr = s->used[space];
    b->size = size;
    b->hazard = s->floor[space];
    s->used[space] += size;
    for (uint32_t i = 0; i < s->histories; i++) {
        const struct sth_buffer *h = &s->history[i];

        if (h->space == space && h->addr < b->addr + b->size &&
            b->addr < h->addr + h->size)
            merge_hazard(&b->hazard, &h->hazard);
    }
    return b;
}

/* ---- building a command ------------------------------------------------ */

struct sth_command *sth_schedule_open(struct sth_schedule *s, uint32_t opcode)
{
    memset(&s->command, 0, sizeof s->command);
    STH_SET(&s->command, ANY_OPCODE, opcode);
    s->engine = sth_driver_engine_of(opcode);
    if (s->engine == STH_ENGINE_COUNT) {
        sth_schedule_refuse(s, "opcode");
        s->engine = 0;
    }
    memset(s->need, 0, sizeof s->need);
    s->touches = 0;
    return &s->command;
}

void sth_schedule_after(struct sth_schedule *s, uint32_t engine,
                        uint64_t ticket)
{
    if (engine >= STH_ENGINE_COUNT)
        sth_schedule_refuse(s, "engine");
    else if (ticket > s->ticket[engine])
        sth_schedule_refuse(s, "ticket");
    else
        s->need[engine] = later(s->need[engine], ticket);
}

static struct sth_schedule_touch *touch(struct sth_schedule *s, bool write)
{
    struct sth_schedule_touch *t;

    if (s->touches == STH_SCHEDULE_TOUCHES) {
        sth_schedule_refuse(s, "touches");
        s->touches--;
    }
    t = &s->touch[s->touches++];
    memset(t, 0, sizeof *t);
    t->write = write;
    return t;
}

void sth_schedule_reads(struct sth_schedule *s, struct sth_buffer *buffer)
{
    if (buffer == NULL) {
        sth_schedule_refuse(s, "buffer");
        return;
    }
    touch(s, false)->hazard = &buffer->hazard;
    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++)
        sth_schedule_after(s, e, buffer->hazard.write[e]);
}

void sth_schedule_writes(struct sth_schedule *s, struct sth_buffer *buffer)
{
    if (buffer == NULL) {
        sth_schedule_refuse(s, "buffer");
        return;
    }
    touch(s, true)->hazard = &buffer->hazard;
    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++) {
        sth_schedule_after(s, e, buffer->hazard.write[e]);
        sth_schedule_after(s, e, buffer->hazard.read[e]);
    }
}

void sth_schedule_fills(struct sth_schedule *s, struct sth_buffer *buffer)
{
    uint64_t own = s->need[s->engine];

    sth_schedule_writes(s, buffer);
    s->need[s->engine] = own;
}

static struct sth_schedule_touch *touch_rows(struct sth_schedule *s,
                                             const struct sth_operand *operand,
                                             uint32_t row, uint32_t rows,
                                             bool write)
{
    struct sth_schedule_touch *t = touch(s, write);
    const struct sth_tensor_state *tensor = operand->tensor;
    const uint64_t step = operand->row_step == 0 ? 1 : operand->row_step;
    const uint64_t first = operand->row0 + row * step;
    const uint64_t last = first + ((uint64_t)rows - 1) * step;

    if (tensor == NULL || tensor->band_rows == 0)
        sth_schedule_refuse(s, "tensor");
    else if (rows == 0 || last / tensor->band_rows >= STH_TENSOR_BANDS)
        sth_schedule_refuse(s, "rows");
    if (s->err != STH_FW_ERR_OK)
        return t; /* of band 0; nothing is emitted any more */
    t->tensor = operand->tensor;
    t->first = (uint32_t)(first / tensor->band_rows);
    t->last = (uint32_t)(last / tensor->band_rows);
    return t;
}

void sth_schedule_reads_rows(struct sth_schedule *s,
                             const struct sth_operand *operand, uint32_t row,
                             uint32_t rows)
{
    struct sth_schedule_touch *t;

    if (s->trial)
        return;
    t = touch_rows(s, operand, row, rows, false);
    for (uint32_t b = t->first; b <= t->last; b++)
        sth_schedule_after(s, STH_ENGINE_STORE, operand->before.store[b]);
}

void sth_schedule_writes_rows(struct sth_schedule *s,
                              const struct sth_operand *operand, uint32_t row,
                              uint32_t rows)
{
    struct sth_schedule_touch *t;

    if (s->trial)
        return;
    t = touch_rows(s, operand, row, rows, true);
    for (uint32_t b = t->first; b <= t->last; b++) {
        sth_schedule_after(s, STH_ENGINE_STORE, operand->before.store[b]);
        sth_schedule_after(s, STH_ENGINE_LOAD, operand->before.load[b]);
    }
}

/* ---- the window -------------------------------------------------------- */

static struct sth_schedule_entry *entry_at(struct sth_schedule *s,
                                           uint32_t index)
{
    return &s->window[index % STH_SCHEDULE_WINDOW];
}

/* Moves the oldest command from the window to the ring. */
static void retire_oldest(struct sth_schedule *s)
{
    enum sth_fw_err err =
        sth_driver_put(s->driver, &entry_at(s, s->first)->command);

    if (err != STH_FW_ERR_OK)
        sth_schedule_fail(s, err);
    s->first++;
}

/* Appends a finished command with the present clock of its engine. */
static uint64_t append(struct sth_schedule *s, uint32_t engine,
                       const struct sth_command *command)
{
    struct sth_schedule_entry *entry;
    uint64_t ticket;

    if (s->next - s->first == STH_SCHEDULE_WINDOW)
        retire_oldest(s);
    ticket = ++s->ticket[engine];
    entry = entry_at(s, s->next);
    entry->command = *command;
    memcpy(entry->clock, s->clock[engine], sizeof entry->clock);
    s->position[engine][ticket % STH_SCHEDULE_WINDOW] = s->next;
    s->next++;
    return ticket;
}

/* Whether a ticket of an engine is still in the window, and where. */
static bool find(const struct sth_schedule *s, uint32_t engine, uint64_t ticket,
                 uint32_t *index)
{
    if (s->ticket[engine] - ticket >= STH_SCHEDULE_WINDOW)
        return false;
    *index = s->position[engine][ticket % STH_SCHEDULE_WINDOW];
    return *index - s->first < s->next - s->first;
}

/*
 * Makes the next command of `consumer` wait for a ticket of `producer`:
 * returns the semaphore.  When the producing command has left the window, a
 * SYNC behind it on the same engine posts in its place.
 */
static uint32_t wait_for(struct sth_schedule *s, uint32_t consumer,
                         uint32_t producer, uint64_t ticket)
{
    uint32_t semaphore = semaphore_of(producer, consumer);
    uint64_t *clock = s->clock[consumer];
    struct sth_schedule_entry *entry;
    uint32_t index;

    if (!find(s, producer, ticket, &index)) {
        struct sth_command sync = {{0}};

        STH_SET(&sync, ANY_OPCODE, sync_opcode[producer]);
        ticket = append(s, producer, &sync);
        index = s->next - 1;
        s->syncs++;
    }
    entry = entry_at(s, index);
    STH_SET(&entry->command, ANY_POST,
            STH_GET(&entry->command, ANY_POST) | 1u << semaphore);
    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++)
        clock[e] = later(clock[e], entry->clock[e]);
    clock[producer] = later(clock[producer], ticket);
    return semaphore;
}

/*
 * Whether waiting for some other needed command implies this need already.
 * Only commands in the window still know their clock.
 */
static bool is_implied(const struct sth_schedule *s, uint32_t engine)
{
    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++) {
        uint32_t index;

        if (e == engine || s->need[e] <= s->clock[s->engine][e] ||
            !find(s, e, s->need[e], &index))
            continue;
        if (s->window[index % STH_SCHEDULE_WINDOW].clock[engine] >=
            s->need[engine])
            return true;
    }
    return false;
}

/* The engine itself comes last: the other waits often imply it. */
static uint32_t resolve_waits(struct sth_schedule *s)
{
    uint32_t waits = 0;

    for (uint32_t i = 1; i <= STH_ENGINE_COUNT; i++) {
        uint32_t e = (s->engine + i) % STH_ENGINE_COUNT;

        if (e == s->engine && is_self_ordered(e))
            continue;
        if (s->need[e] <= s->clock[s->engine][e] || is_implied(s, e))
            continue;
        waits |= 1u << wait_for(s, s->engine, e, s->need[e]);
    }
    return waits;
}

static void record_touches(struct sth_schedule *s, uint64_t ticket)
{
    for (uint32_t i = 0; i < s->touches; i++) {
        struct sth_schedule_touch *t = &s->touch[i];

        if (t->hazard != NULL) {
            if (t->write)
                t->hazard->write[s->engine] = ticket;
            else
                t->hazard->read[s->engine] = ticket;
            continue;
        }
        for (uint32_t b = t->first; b <= t->last; b++) {
            if (t->write)
                t->tensor->bands.store[b] = ticket;
            else
                t->tensor->bands.load[b] = ticket;
        }
    }
}

uint64_t sth_schedule_emit(struct sth_schedule *s)
{
    uint64_t ticket;

    if (s->err != STH_FW_ERR_OK)
        return s->ticket[s->engine];
    STH_SET(&s->command, ANY_WAIT, resolve_waits(s));
    ticket = append(s, s->engine, &s->command);
    record_touches(s, ticket);
    return ticket;
}

void sth_schedule_flush(struct sth_schedule *s)
{
    while (s->err == STH_FW_ERR_OK && s->first != s->next)
        retire_oldest(s);
    sth_driver_flush(s->driver);
}

/* A final SYNC that waits for all four engines is the last to retire. */
enum sth_fw_err sth_schedule_finish(struct sth_schedule *s)
{
    struct sth_command *command;
    enum sth_fw_err err;

    command = sth_schedule_open(s, STH_OP_SYNC_STORE);
    STH_SET(command, ANY_IRQ, 1);
    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++)
        if (e != STH_ENGINE_STORE)
            sth_schedule_after(s, e, s->ticket[e]);
    sth_schedule_emit(s);
    sth_schedule_flush(s);
    if (s->err != STH_FW_ERR_OK)
        return s->err;
    err = sth_driver_wait_retired(s->driver);
    if (err != STH_FW_ERR_OK)
        sth_schedule_fail(s, err);
    else /* what comes next needs to wait for none of it */
        for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++)
            memcpy(s->clock[e], s->ticket, sizeof s->clock[e]);
    return err;
}
