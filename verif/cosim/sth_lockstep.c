#include "sth_lockstep.h"

#include "sth_disasm.h"
#include "sth_footprint.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* Commands remembered for the report. */
    SHADOW = 1 << STH_RING_LOG2_MAX,
    PENDING = 1 << 17 /* events of one engine that wait for their partner */
};

/* Events that one device has given and the other has not yet. */
struct fifo {
    struct sth_event *event;
    uint32_t head, tail;
};

/*
 * What the first difference between the events of one engine was.  It counts
 * unless both sides turn out to have stopped for a fault of an older command:
 * how far engines run after a fault depends on cycles.
 */
struct doubt {
    uint32_t index;
    struct sth_difference difference;
};

struct lockstep {
    struct sth_device dev;
    struct sth_params params;
    struct sth_device *reference, *dut;
    struct fifo ours[STH_ENGINE_COUNT], theirs[STH_ENGINE_COUNT];
    struct sth_command *shadow; /* by command index modulo SHADOW */
    uint64_t ring;
    uint32_t ring_log2, tail;
    bool resetting; /* a soft reset was asked for and is not seen over */
    struct sth_difference difference;
    const char *(*violation)(struct sth_device *dut); /* or NULL */
    sth_event_pair *pair;                             /* observer, or NULL */
    void *user;
    struct doubt doubt[STH_ENGINE_COUNT];
};

static struct lockstep *self(struct sth_device *dev)
{
    return (struct lockstep *)dev;
}

static uint32_t slower(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0 ? a : b;
}

static void append(struct lockstep *l, const char *format, ...)
{
    size_t used = strlen(l->difference.text);
    va_list args;

    va_start(args, format);
    vsnprintf(l->difference.text + used, sizeof(l->difference.text) - used,
              format, args);
    va_end(args);
}

static void differ(struct lockstep *l, uint64_t rtl_cycle, const char *what)
{
    l->difference.found = true;
    l->difference.rtl_cycle = rtl_cycle;
    l->difference.text[0] = 0;
    append(l, "first difference: %s\n", what);
}

static void append_command(struct lockstep *l, uint32_t index)
{
    char text[512];

    sth_disasm(&l->shadow[index % SHADOW], text, sizeof(text));
    append(l, "  command %" PRIu32 ": %s\n", index, text);
}

/* Names the first byte that differs in [addr, addr + bytes) of one space. */
static bool append_bytes(struct lockstep *l, const char *space, uint64_t addr,
                         const uint8_t *ours, const uint8_t *theirs,
                         size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        size_t row = i & ~(size_t)15;

        if (ours[i] == theirs[i])
            continue;
        append(l, "  %s byte 0x%" PRIx64 ": csim %02x, rtl %02x\n", space,
               addr + i, ours[i], theirs[i]);
        for (int side = 0; side < 2; side++) {
            append(l, "    %s 0x%08" PRIx64 ":", side ? "rtl " : "csim",
                   addr + row);
            for (size_t j = row; j < row + 16 && j < bytes; j++)
                append(l, " %02x", (side ? theirs : ours)[j]);
            append(l, "\n");
        }
        return true;
    }
    return false;
}

/* A search for the first byte that differs among those a command wrote. */
struct search {
    struct lockstep *l;
    bool found;
};

/* Accumulator runs are whole rows: lanes beyond the columns belong to others.
 */
static void search_run(void *context, const struct sth_footprint_run *run)
{
    struct search *search = context;
    struct lockstep *l = search->l;
    const bool memory = run->space == STH_FOOTPRINT_MEM;
    const bool acc = run->space == STH_FOOTPRINT_ACC;
    const uint32_t unit = acc ? sth_acc_row_bytes(&l->params) : 1;
    const uint64_t addr = run->addr * unit;
    const size_t bytes = (size_t)(run->bytes * unit);
    uint8_t *ours, *theirs;

    if (search->found || (run->role != STH_FOOTPRINT_WRITE &&
                          run->role != STH_FOOTPRINT_WRITE_SUM))
        return;
    ours = malloc(bytes);
    theirs = malloc(bytes);
    if (ours && theirs && memory) {
        l->reference->ops->mem_read(l->reference, addr, ours, bytes);
        l->dut->ops->mem_read(l->dut, addr, theirs, bytes);
    } else if (ours && theirs) {
        enum sth_space space = acc ? STH_SPACE_ACC : STH_SPACE_SP;

        l->reference->ops->peek(l->reference, space, (uint32_t)addr, ours,
                                bytes);
        l->dut->ops->peek(l->dut, space, (uint32_t)addr, theirs, bytes);
    }
    if (ours && theirs)
        search->found = append_bytes(l,
                                     memory ? "memory"
                                     : acc  ? "accumulator"
                                            : "scratchpad",
                                     addr, ours, theirs, bytes);
    free(ours);
    free(theirs);
}

static void append_destination(struct lockstep *l, uint32_t index)
{
    struct search search = {.l = l};

    sth_footprint_visit(&l->params, &l->shadow[index % SHADOW], search_run,
                        &search);
}

static void compare(struct lockstep *l, const struct sth_event *ours,
                    const struct sth_event *theirs)
{
    bool order = ours->index != theirs->index;

    if (!order && l->pair)
        l->pair(l->user, ours, theirs);
    if (!order && ours->digest == theirs->digest)
        return;
    differ(l, theirs->end,
           order ? "the engine retired another command"
                 : "the command wrote other data");
    append(l, "  engine %s\n", sth_engine_name(ours->engine));
    append_command(l, ours->index);
    if (order)
        append_command(l, theirs->index);
    append(l,
           "  csim: index %" PRIu32 ", cycles %" PRIu64 "..%" PRIu64
           ", digest %08" PRIx32 "\n"
           "  rtl:  index %" PRIu32 ", cycles %" PRIu64 "..%" PRIu64
           ", digest %08" PRIx32 "\n",
           ours->index, ours->start, ours->end, ours->digest, theirs->index,
           theirs->start, theirs->end, theirs->digest);
    if (!order)
        append_destination(l, ours->index);
    /* Not told before the end: a fault may excuse it. */
    l->doubt[ours->engine].index = slower(ours->index, theirs->index);
    l->doubt[ours->engine].difference = l->difference;
    l->difference.found = false;
}

static void drain(struct lockstep *l, struct sth_device *dev,
                  struct fifo *fifos)
{
    struct sth_event event;

    while (dev->ops->next_event(dev, &event)) {
        struct fifo *f = &fifos[event.engine];

        if (l->difference.found || l->doubt[event.engine].difference.found)
            continue; /* the first one is told; the rest is of no interest */
        if (f->tail - f->head == PENDING) {
            differ(l, event.end, "one side is 131072 events ahead");
            return;
        }
        f->event[f->tail++ % PENDING] = event;
    }
}

/* Rules that the dut broke, which nothing excuses. */
static void check_violation(struct lockstep *l)
{
    const char *rule = l->violation ? l->violation(l->dut) : NULL;

    if (rule && !l->difference.found)
        differ(l, l->dut->ops->cycles(l->dut), rule);
}

/* Compares what both sides have given so far. */
static void step(struct lockstep *l)
{
    check_violation(l);
    if (l->resetting)
        return;
    drain(l, l->reference, l->ours);
    drain(l, l->dut, l->theirs);
    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        struct fifo *a = &l->ours[e], *b = &l->theirs[e];

        while (!l->difference.found && !l->doubt[e].difference.found &&
               a->head != a->tail && b->head != b->tail)
            compare(l, &a->event[a->head++ % PENDING],
                    &b->event[b->head++ % PENDING]);
    }
}

/* The command whose fault both sides report; of two the older. */
static bool find_fault(struct lockstep *l, uint32_t *index)
{
    struct sth_device *devices[] = {l->reference, l->dut};
    bool both = true;

    *index = 0;
    /* Both are always asked: an access takes time, which is to stay in step. */
    for (int i = 0; i < 2; i++) {
        struct sth_device *dev = devices[i];
        uint32_t code = dev->ops->reg_read(dev, STH_REG_FAULT_CODE);
        uint32_t its = dev->ops->reg_read(dev, STH_REG_FAULT_INDEX);

        both = both && code != STH_FAULT_NONE;
        *index = i ? slower(*index, its) : its;
    }
    return both;
}

/* Whether a fault that both sides report excuses a command's difference. */
static bool is_excused(struct lockstep *l, uint32_t index)
{
    uint32_t fault;

    return find_fault(l, &fault) && (int32_t)(index - fault) > 0;
}

/* Makes the first doubt that no fault excuses the difference. */
static void settle_doubts(struct lockstep *l)
{
    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        const struct doubt *d = &l->doubt[e];

        if (d->difference.found && !is_excused(l, d->index) &&
            (!l->difference.found ||
             d->difference.rtl_cycle < l->difference.rtl_cycle))
            l->difference = d->difference;
    }
}

/* An event without a partner. */
static void settle_lonely(struct lockstep *l)
{
    for (int e = 0; e < STH_ENGINE_COUNT && !l->difference.found; e++) {
        const struct fifo *a = &l->ours[e], *b = &l->theirs[e];
        const struct fifo *longer = a->head != a->tail ? a : b;
        const struct sth_event *event = &longer->event[longer->head % PENDING];

        if (longer->head == longer->tail || l->doubt[e].difference.found ||
            is_excused(l, event->index))
            continue;
        differ(l, event->end,
               longer == a ? "a command retired on csim only"
                           : "a command retired on rtl only");
        append_command(l, event->index);
    }
}

static bool is_idle(struct sth_device *dev)
{
    return !(dev->ops->reg_read(dev, STH_REG_STATUS) &
             (STH_STATUS_BUSY | STH_STATUS_FAULTED));
}

static uint64_t read_counter(struct sth_device *dev, uint32_t number)
{
    uint32_t offset = STH_REG_CNT_BASE + 8 * number;
    uint64_t low = dev->ops->reg_read(dev, offset);

    return low | (uint64_t)dev->ops->reg_read(dev, offset + 4) << 32;
}

/* The counters that do not depend on cycles, once all commands retired. */
static void settle_counters(struct lockstep *l)
{
    static const struct {
        uint32_t number;
        const char *name;
    } rows[] = {
#define ROW(name) {STH_CNT_##name, #name}
        ROW(MACS),
        ROW(ARRAY_STREAM),
        ROW(LOAD_BYTES),
        ROW(STORE_BYTES),
        ROW(LOAD_COMMANDS),
        ROW(MATRIX_COMMANDS),
        ROW(VECTOR_COMMANDS),
        ROW(STORE_COMMANDS),
#undef ROW
    };

    if (l->difference.found || !is_idle(l->reference) || !is_idle(l->dut))
        return;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t ours = read_counter(l->reference, rows[i].number);
        uint64_t theirs = read_counter(l->dut, rows[i].number);
        char what[128];

        if (ours == theirs)
            continue;
        snprintf(what, sizeof(what),
                 "counter %s is %" PRIu64 " on csim, %" PRIu64 " on rtl",
                 rows[i].name, ours, theirs);
        differ(l, l->dut->ops->cycles(l->dut), what);
        return;
    }
}

/* When nothing more is to come: what the event streams amount to. */
static void settle(struct lockstep *l)
{
    if (l->difference.found)
        return;
    settle_doubts(l);
    settle_lonely(l);
    settle_counters(l);
}

/* Before a soft reset: what a faulted core did is complete. */
static void begin_reset(struct lockstep *l)
{
    uint32_t fault;

    step(l);
    if (find_fault(l, &fault))
        settle(l);
    l->resetting = true;
}

/* Both sides start again from command 0. */
static void end_reset(struct lockstep *l)
{
    drain(l, l->reference, l->ours);
    drain(l, l->dut, l->theirs);
    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        l->ours[e].head = l->ours[e].tail;
        l->theirs[e].head = l->theirs[e].tail;
        l->doubt[e].difference.found = false;
    }
    l->ring = 0;
    l->ring_log2 = STH_RING_LOG2_MIN;
    l->tail = 0;
    l->resetting = false;
}

/* The fault that one side reports. */
static void append_fault(struct lockstep *l, const char *side,
                         struct sth_device *dev)
{
    uint32_t code = dev->ops->reg_read(dev, STH_REG_FAULT_CODE);
    uint32_t index = dev->ops->reg_read(dev, STH_REG_FAULT_INDEX);
    uint64_t addr = dev->ops->reg_read(dev, STH_REG_FAULT_ADDR_LO);
    const char *name = sth_fault_name(code);

    addr |= (uint64_t)dev->ops->reg_read(dev, STH_REG_FAULT_ADDR_HI) << 32;
    append(l, "  %s: fault %s, address or word 0x%" PRIx64 ", of\n", side,
           name ? name : "?", addr);
    append_command(l, index);
}

static void check_register(struct lockstep *l, uint32_t offset, uint32_t ours,
                           uint32_t theirs)
{
    char what[128];

    if (ours == theirs || l->difference.found)
        return;
    settle_doubts(l); /* one is the cause, then */
    if (l->difference.found)
        return;
    snprintf(what, sizeof(what),
             "register 0x%03" PRIx32 " reads 0x%08" PRIx32
             " on csim, 0x%08" PRIx32 " on rtl",
             offset, ours, theirs);
    differ(l, l->dut->ops->cycles(l->dut), what);
    if (offset >= STH_REG_FAULT_CODE && offset <= STH_REG_FAULT_ADDR_HI) {
        append_fault(l, "csim", l->reference);
        append_fault(l, "rtl ", l->dut);
    }
}

/* How far the dut's time is ahead of the reference's. */
static uint64_t lead(struct lockstep *l)
{
    return l->dut->ops->cycles(l->dut) -
           l->reference->ops->cycles(l->reference);
}

/* A register access takes both sides the same time: `before` is still right. */
static void check_access_time(struct lockstep *l, uint64_t before)
{
    if (!l->difference.found && lead(l) != before)
        differ(l, l->dut->ops->cycles(l->dut),
               "a register access takes another time on rtl");
}

static uint32_t reg_read(struct sth_device *dev, uint32_t offset)
{
    struct lockstep *l = self(dev);
    uint64_t before = lead(l);
    uint32_t ours = l->reference->ops->reg_read(l->reference, offset);
    uint32_t theirs = l->dut->ops->reg_read(l->dut, offset);

    check_violation(l);
    check_access_time(l, before);
    step(l);
    if (offset == STH_REG_HEAD || offset == STH_REG_RETIRED)
        return slower(ours, theirs);
    if (offset == STH_REG_STATUS)
        return ((ours | theirs) & ~(uint32_t)STH_STATUS_FAULTED) |
               (ours & theirs & STH_STATUS_FAULTED);
    if (offset == STH_REG_IRQ_STATUS)
        return ours & theirs;
    if (offset == STH_REG_CTRL) {
        if (l->resetting && !((ours | theirs) & STH_CTRL_SOFT_RESET))
            end_reset(l);
        return ours | theirs; /* a reset is over when both are */
    }
    if ((offset >= STH_REG_SEM0 && offset <= STH_REG_SEM3) ||
        offset >= STH_REG_CNT_BASE)
        return theirs; /* progress and counters: cycles may differ */
    check_register(l, offset, ours, theirs);
    return theirs;
}

/* Remembers the commands between the old doorbell and the new one. */
static void shadow_commands(struct lockstep *l, uint32_t tail)
{
    for (; l->tail != tail; l->tail++) {
        uint64_t slot = l->tail & ((1u << l->ring_log2) - 1);
        uint64_t addr = (l->ring + slot * STH_COMMAND_BYTES) & STH_ADDR_MASK;
        uint8_t bytes[STH_COMMAND_BYTES];

        l->reference->ops->mem_read(l->reference, addr, bytes, sizeof(bytes));
        l->shadow[l->tail % SHADOW] = sth_command_from_bytes(bytes);
    }
}

static void note_register(struct lockstep *l, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case STH_REG_RING_BASE_LO:
        l->ring = (l->ring & ~0xffffffffull) | (value & ~0xfffu);
        break;
    case STH_REG_RING_BASE_HI:
        l->ring = (l->ring & 0xffffffffull) | (uint64_t)(value & 0xff) << 32;
        break;
    case STH_REG_RING_LOG2:
        value &= 31;
        l->ring_log2 = sth_ring_log2(value);
        break;
    case STH_REG_CTRL:
        if (value & STH_CTRL_SOFT_RESET)
            begin_reset(l);
        break;
    case STH_REG_TAIL:
        shadow_commands(l, value);
        break;
    default:
        break;
    }
}

static void reg_write(struct sth_device *dev, uint32_t offset, uint32_t value)
{
    struct lockstep *l = self(dev);
    uint64_t before;

    note_register(l, offset, value);
    before = lead(l);
    l->reference->ops->reg_write(l->reference, offset, value);
    l->dut->ops->reg_write(l->dut, offset, value);
    check_violation(l);
    check_access_time(l, before);
}

static void mem_read(struct sth_device *dev, uint64_t addr, void *to,
                     size_t bytes)
{
    struct lockstep *l = self(dev);
    uint8_t *other = malloc(bytes);

    l->dut->ops->mem_read(l->dut, addr, to, bytes);
    if (!other) {
        if (!l->difference.found)
            differ(l, l->dut->ops->cycles(l->dut),
                   "out of memory for a comparison of memory");
        return;
    }
    l->reference->ops->mem_read(l->reference, addr, other, bytes);
    if (!l->difference.found && memcmp(to, other, bytes))
        settle_doubts(l); /* one is the cause, then */
    if (!l->difference.found && memcmp(to, other, bytes)) {
        differ(l, l->dut->ops->cycles(l->dut), "memory read by the host");
        append_bytes(l, "memory", addr, other, to, bytes);
    }
    free(other);
}

static void mem_write(struct sth_device *dev, uint64_t addr, const void *from,
                      size_t bytes)
{
    struct lockstep *l = self(dev);

    l->reference->ops->mem_write(l->reference, addr, from, bytes);
    l->dut->ops->mem_write(l->dut, addr, from, bytes);
}

static bool wait_both(struct sth_device *dev, uint64_t max_cycles)
{
    struct lockstep *l = self(dev);
    bool ours = l->reference->ops->wait(l->reference, max_cycles);
    bool theirs = l->dut->ops->wait(l->dut, max_cycles);

    step(l);
    return ours || theirs;
}

static bool next_event(struct sth_device *dev, struct sth_event *event)
{
    (void)dev;
    (void)event;
    return false; /* the comparison has consumed them */
}

static void peek(struct sth_device *dev, enum sth_space space, uint32_t addr,
                 void *to, size_t bytes)
{
    struct lockstep *l = self(dev);

    l->dut->ops->peek(l->dut, space, addr, to, bytes);
}

static uint64_t cycles(struct sth_device *dev)
{
    return self(dev)->dut->ops->cycles(self(dev)->dut);
}

static void destroy(struct sth_device *dev)
{
    struct lockstep *l = self(dev);

    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        free(l->ours[e].event);
        free(l->theirs[e].event);
    }
    free(l->shadow);
    free(l);
}

struct sth_device *sth_lockstep_create(const struct sth_params *params,
                                       struct sth_device *reference,
                                       struct sth_device *dut)
{
    static const struct sth_device_ops ops = {
        reg_read,   reg_write, mem_read, mem_write, wait_both,
        next_event, peek,      cycles,   destroy,
    };
    struct lockstep *l = calloc(1, sizeof(*l));
    bool complete;

    if (!l)
        return NULL;
    l->dev.ops = &ops;
    l->params = *params;
    l->reference = reference;
    l->dut = dut;
    l->ring_log2 = STH_RING_LOG2_MIN;
    l->shadow = calloc(SHADOW, sizeof(*l->shadow));
    complete = l->shadow != NULL;
    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        l->ours[e].event = calloc(PENDING, sizeof(struct sth_event));
        l->theirs[e].event = calloc(PENDING, sizeof(struct sth_event));
        complete = complete && l->ours[e].event && l->theirs[e].event;
    }
    if (!complete) {
        destroy(&l->dev);
        return NULL;
    }
    return &l->dev;
}

void sth_lockstep_difference(struct sth_device *lockstep,
                             struct sth_difference *difference)
{
    struct lockstep *l = self(lockstep);

    step(l);
    if (!l->resetting)
        settle(l);
    *difference = l->difference;
}

void sth_lockstep_observe(struct sth_device *lockstep, sth_event_pair *pair,
                          void *user)
{
    self(lockstep)->pair = pair;
    self(lockstep)->user = user;
}

void sth_lockstep_guard(struct sth_device *lockstep,
                        const char *(*violation)(struct sth_device *dut))
{
    self(lockstep)->violation = violation;
}
