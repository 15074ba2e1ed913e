/* What a debugger sees of an accelerator; see sth_gdb_chip.h. */
#include "sth_gdb_chip.h"

#include "sth_decode.h"
#include "systolith.h"

#include <inttypes.h>
#include <stdlib.h>

/* Commands of the ring that are shown on either side of what is fetched. */
enum { RING_AROUND = 8 };

static uint32_t csim_reg(void *user, uint32_t offset)
{
    return sth_csim_peek_reg(user, offset);
}

static uint32_t device_reg(void *user, uint32_t offset)
{
    struct sth_device *dev = user;

    return dev->ops->reg_read(dev, offset);
}

static void csim_counters(void *user, uint64_t counter[STH_CNT_COUNT])
{
    sth_csim_get_counters(user, counter);
}

static void mem_read(void *user, uint64_t addr, void *to, size_t bytes)
{
    struct sth_device *dev = user;

    dev->ops->mem_read(dev, addr, to, bytes);
}

static uint64_t cycles(void *user)
{
    struct sth_device *dev = user;

    return dev->ops->cycles(dev);
}

static uint32_t csim_oldest(void *user, enum sth_engine engine)
{
    return sth_csim_get_oldest(user, engine);
}

static size_t csim_report(void *user, const struct sth_diagnostic **list)
{
    return sth_csim_report(user, list);
}

void sth_gdb_chip_init_csim(struct sth_gdb_chip *chip, struct sth_device *dev)
{
    *chip = (struct sth_gdb_chip){.user = dev,
                                  .reg = csim_reg,
                                  .counters = csim_counters,
                                  .mem_read = mem_read,
                                  .cycles = cycles,
                                  .report = csim_report,
                                  .oldest = csim_oldest};
}

void sth_gdb_chip_init_device(struct sth_gdb_chip *chip, struct sth_device *dev)
{
    *chip = (struct sth_gdb_chip){.user = dev,
                                  .takes_time = true,
                                  .reg = device_reg,
                                  .mem_read = mem_read,
                                  .cycles = cycles};
}

void sth_gdb_chip_note(struct sth_gdb_chip *chip, const struct sth_event *event)
{
    chip->has_retired[event->engine] = true;
    chip->retired[event->engine] = event->index;
}

/* Where the commands stand. */
struct ring {
    uint64_t base;
    uint32_t slots, tail, head, retired;
};

static uint32_t reg(const struct sth_gdb_chip *chip, uint32_t offset)
{
    return chip->reg(chip->user, offset);
}

static struct ring find_ring(const struct sth_gdb_chip *chip)
{
    const uint32_t log2 = reg(chip, STH_REG_RING_LOG2);

    return (struct ring){
        .base = reg(chip, STH_REG_RING_BASE_LO) |
                (uint64_t)reg(chip, STH_REG_RING_BASE_HI) << 32,
        .slots = 1u << (log2 >= STH_RING_LOG2_MIN && log2 <= STH_RING_LOG2_MAX
                            ? log2
                            : STH_RING_LOG2_MIN),
        .tail = reg(chip, STH_REG_TAIL),
        .head = reg(chip, STH_REG_HEAD),
        .retired = reg(chip, STH_REG_RETIRED)};
}

/* False: its slot has another by now, or none yet. */
static bool read_command(const struct sth_gdb_chip *chip,
                         const struct ring *ring, uint32_t index,
                         struct sth_command *command)
{
    const uint32_t back = ring->tail - index;

    if (back == 0 || back > ring->slots)
        return false;
    chip->mem_read(chip->user,
                   ring->base +
                       (uint64_t)(index % ring->slots) * sizeof(*command),
                   command, sizeof(*command));
    return true;
}

/* Its opcode is one. */
static bool find_engine(const struct sth_command *command, uint32_t *engine)
{
    if (!sth_opcode_name(STH_GET(command, ANY_OPCODE)))
        return false;
    *engine = sth_decode_engine(command);
    return true;
}

/* What is noted of the time before a soft reset does not count. */
static bool has_retired(const struct sth_gdb_chip *chip,
                        const struct ring *ring, uint32_t engine,
                        uint32_t index)
{
    const uint32_t last = chip->retired[engine];

    if (chip->oldest)
        return index - chip->oldest(chip->user, (enum sth_engine)engine) >=
               1u << 31;
    return chip->has_retired[engine] && last - ring->head >= 1u << 31 &&
           index - last - 1 >= 1u << 31;
}

/* Commands that are fetched and have not retired, oldest first. */
struct queue {
    uint32_t count, *index;
    uint32_t missing; /* the ring has others in their place */
};

static int compare(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* Of all engines; the caller frees the indices. */
static bool find_queue(const struct sth_gdb_chip *chip, const struct ring *ring,
                       struct queue *queue)
{
    const uint32_t wanted = ring->head - ring->retired;
    const uint32_t room = wanted < ring->slots ? wanted : ring->slots;
    struct sth_command command;

    *queue = (struct queue){.index = calloc(room + 1, sizeof(uint32_t))};
    if (!queue->index)
        return false;
    for (uint32_t i = ring->head - 1; queue->count < room; i--) {
        uint32_t engine;

        if (!read_command(chip, ring, i, &command))
            break;
        if (find_engine(&command, &engine) &&
            !has_retired(chip, ring, engine, i))
            queue->index[queue->count++] = i;
    }
    queue->missing = wanted - queue->count;
    qsort(queue->index, queue->count, sizeof(*queue->index), compare);
    return true;
}

static void print_command(const struct sth_gdb_chip *chip,
                          const struct ring *ring, uint32_t index, FILE *out)
{
    struct sth_command command;
    char text[STH_DISASM_BYTES] = "";

    if (read_command(chip, ring, index, &command))
        (void)sth_disasm(&command, text, sizeof(text));
    fprintf(out, "%6" PRIu32 "  %s\n", index,
            text[0] ? text : "the ring holds it no more");
}

/* The first of the queue that is of an engine. */
static bool find_first(const struct sth_gdb_chip *chip, const struct ring *ring,
                       const struct queue *queue, uint32_t engine,
                       uint32_t *index, struct sth_command *command)
{
    for (uint32_t i = 0; i < queue->count; i++) {
        uint32_t its;

        *index = queue->index[i];
        if (read_command(chip, ring, *index, command) &&
            find_engine(command, &its) && its == engine)
            return true;
    }
    return false;
}

static uint32_t semaphore(const struct sth_gdb_chip *chip, uint32_t number)
{
    return reg(chip, STH_REG_SEM0 + number / 4 * 4) >> number % 4 * 8 & 0xff;
}

/* Those that a command waits for in vain. */
static void print_wanted(const struct sth_gdb_chip *chip,
                         const struct sth_command *command, FILE *out)
{
    const uint32_t waits = STH_GET(command, ANY_WAIT);
    const char *gap = "        for semaphore";

    for (uint32_t s = 0; s < STH_SEMAPHORES; s++)
        if (waits >> s & 1 && semaphore(chip, s) == 0) {
            fprintf(out, "%s %" PRIu32, gap, s);
            gap = ",";
        }
    if (gap[0] == ',')
        fputs("\n", out);
}

void sth_gdb_chip_print_engines(const struct sth_gdb_chip *chip, FILE *out)
{
    const uint32_t status = reg(chip, STH_REG_STATUS);
    const struct ring ring = find_ring(chip);
    struct queue queue;

    fprintf(out,
            "%s; commands: %" PRIu32 " written, %" PRIu32 " fetched, %" PRIu32
            " retired\n",
            status & STH_STATUS_FAULTED ? "faulted"
            : status & STH_STATUS_BUSY  ? "busy"
                                        : "idle",
            ring.tail, ring.head, ring.retired);
    if (!find_queue(chip, &ring, &queue))
        return;
    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++) {
        const bool busy = status >> (STH_STATUS_ENGINE_BUSY_LSB + e) & 1;
        const bool blocked = status >> (STH_STATUS_ENGINE_BLOCKED_LSB + e) & 1;
        struct sth_command command;
        uint32_t index;

        fprintf(out, "%-6s %s", sth_engine_name(e),
                busy      ? "works"
                : blocked ? "waits"
                          : "idle\n");
        if (!busy && !blocked)
            continue;
        if (find_first(chip, &ring, &queue, e, &index, &command)) {
            print_command(chip, &ring, index, out);
            if (blocked)
                print_wanted(chip, &command, out);
        } else {
            fputs("\n", out);
        }
    }
    free(queue.index);
}

void sth_gdb_chip_print_queues(const struct sth_gdb_chip *chip, FILE *out)
{
    const struct ring ring = find_ring(chip);
    struct queue queue;

    if (!find_queue(chip, &ring, &queue))
        return;
    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++) {
        uint32_t count = 0;

        for (uint32_t i = 0; i < queue.count; i++) {
            struct sth_command command;
            uint32_t its;

            if (!read_command(chip, &ring, queue.index[i], &command) ||
                !find_engine(&command, &its) || its != e)
                continue;
            if (count++ == 0)
                fprintf(out, "%s\n", sth_engine_name(e));
            print_command(chip, &ring, queue.index[i], out);
        }
        if (count == 0)
            fprintf(out, "%s is empty\n", sth_engine_name(e));
    }
    if (queue.missing)
        fprintf(out, "%" PRIu32 " more, which the ring holds no more\n",
                queue.missing);
    if (ring.tail != ring.head)
        fprintf(out, "%" PRIu32 " are written and not fetched\n",
                ring.tail - ring.head);
    free(queue.index);
}

void sth_gdb_chip_print_semaphores(const struct sth_gdb_chip *chip, FILE *out)
{
    uint32_t shown = 0;

    for (uint32_t s = 0; s < STH_SEMAPHORES; s++) {
        const uint32_t count = semaphore(chip, s);

        if (count == 0)
            continue;
        fprintf(out, "%2" PRIu32 ": %" PRIu32 "\n", s, count);
        shown++;
    }
    if (shown == 0)
        fputs("all are zero\n", out);
}

static uint64_t read_counter(const struct sth_gdb_chip *chip, uint32_t i)
{
    const uint64_t low = reg(chip, STH_REG_CNT_BASE + 8 * i);

    return low | (uint64_t)reg(chip, STH_REG_CNT_BASE + 8 * i + 4) << 32;
}

void sth_gdb_chip_print_counters(const struct sth_gdb_chip *chip, FILE *out)
{
    static const char *const name[STH_CNT_COUNT] = {
#define COUNTER(name, doc) #name,
#include "counters.def"
#undef COUNTER
    };
    uint64_t counter[STH_CNT_COUNT];
    uint32_t shown = 0;

    if (chip->counters)
        chip->counters(chip->user, counter);
    for (uint32_t i = 0; i < STH_CNT_COUNT; i++) {
        if (!chip->counters)
            counter[i] = read_counter(chip, i);
        if (counter[i] == 0)
            continue;
        fprintf(out, "%-18s %" PRIu64 "\n", name[i], counter[i]);
        shown++;
    }
    if (shown == 0)
        fputs("all are zero\n", out);
}

void sth_gdb_chip_print_ring(const struct sth_gdb_chip *chip, FILE *out)
{
    const struct ring ring = find_ring(chip);
    uint32_t first =
        ring.head - (ring.head < RING_AROUND ? ring.head : RING_AROUND);
    const uint32_t ahead = ring.tail - ring.head;
    const uint32_t end =
        ring.head + (ahead < RING_AROUND ? ahead : RING_AROUND);

    fprintf(out, "%" PRIu32 " slots at bus address 0x%" PRIx64 "\n", ring.slots,
            ring.base);
    for (; first != end; first++) {
        if (first == ring.head)
            fputs("  next to be fetched:\n", out);
        print_command(chip, &ring, first, out);
    }
    if (ahead == 0)
        fputs("  all are fetched\n", out);
    else if (ahead > RING_AROUND)
        fprintf(out, "  and %" PRIu32 " more\n", ahead - RING_AROUND);
}

void sth_gdb_chip_print_fault(const struct sth_gdb_chip *chip, FILE *out)
{
    const uint32_t code = reg(chip, STH_REG_FAULT_CODE);
    const uint64_t addr = reg(chip, STH_REG_FAULT_ADDR_LO) |
                          (uint64_t)reg(chip, STH_REG_FAULT_ADDR_HI) << 32;
    const struct ring ring = find_ring(chip);
    const char *name = sth_fault_name(code);

    if (code == STH_FAULT_NONE) {
        fputs("no fault is reported\n", out);
        return;
    }
    fprintf(out, "%s: %s; address or word 0x%" PRIx64 ", by command\n",
            name ? name : "?", sth_fault_meaning(code), addr);
    print_command(chip, &ring, reg(chip, STH_REG_FAULT_INDEX), out);
}

void sth_gdb_chip_print_sanitizer(const struct sth_gdb_chip *chip, FILE *out)
{
    const struct sth_diagnostic *list;
    size_t count;

    if (!chip->report) {
        fputs("nobody looks\n", out);
        return;
    }
    count = chip->report(chip->user, &list);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s\n", list[i].text);
    if (count == 0)
        fputs("nothing was seen\n", out);
}
