#include "board.h"

#include "sth_platform.h"

#include <stdlib.h>
#include <string.h>

#define IS_IN(access, region)                                                  \
    ((access)->addr - STH_PLATFORM_##region##_BASE <                           \
     STH_PLATFORM_##region##_BYTES)
#define OFFSET(access, region) ((access)->addr - STH_PLATFORM_##region##_BASE)

/* Retires up to the next command that interrupts. */
static void work(struct board *b)
{
    while (b->retired != b->device->commands) {
        const struct sth_command *c = &b->device->command[b->retired++];

        if (STH_GET(c, ANY_IRQ) != 0) {
            b->irq_status |= STH_IRQ_STATUS_COMMAND;
            return;
        }
    }
}

/* The lines to the processor, as the devices are now. */
static void update(struct board *b)
{
    const bool external = (b->irq_status & b->irq_enable) != 0 &&
                          b->claimed == 0 &&
                          b->sources >> STH_PLATFORM_ACCEL_SOURCE & 1u;

    sth_hart_set_interrupt(&b->hart, STH_HART_INTERRUPT_EXTERNAL, external);
    sth_hart_set_interrupt(&b->hart, STH_HART_INTERRUPT_TIMER,
                           b->hart.state.cycles >= b->mtimecmp);
}

static void read_accelerator(struct board *b, struct sth_hart_access *access)
{
    const uint32_t offset = OFFSET(access, ACCEL);

    switch (offset) {
    case STH_REG_HEAD:
    case STH_REG_RETIRED:
        access->value = b->retired;
        break;
    case STH_REG_STATUS:
        access->value = b->retired == b->device->commands ? 0 : STH_STATUS_BUSY;
        break;
    case STH_REG_IRQ_STATUS:
        access->value = b->irq_status;
        break;
    case STH_REG_IRQ_ENABLE:
        access->value = b->irq_enable;
        break;
    default:
        access->value = b->device->hal.ops->reg_read(&b->device->hal, offset);
        break;
    }
}

static void write_accelerator(struct board *b,
                              const struct sth_hart_access *access)
{
    const uint32_t offset = OFFSET(access, ACCEL);

    switch (offset) {
    case STH_REG_RING_BASE_LO: /* the device reads the firmware's own ring */
        free(b->device->ring);
        b->device->ring = (struct sth_command *)(void *)sth_hart_memory(
            &b->hart, STH_PLATFORM_RAM_BASE + access->value,
            (uint32_t)sizeof(struct sth_command) << b->device->ring_log2);
        break;
    case STH_REG_IRQ_STATUS:
        b->irq_status &= ~access->value;
        break;
    case STH_REG_IRQ_ENABLE:
        b->irq_enable = access->value;
        break;
    default:
        b->device->hal.ops->reg_write(&b->device->hal, offset, access->value);
        break;
    }
}

static void access_timer(struct board *b, struct sth_hart_access *access)
{
    const uint32_t offset = OFFSET(access, CLINT);
    const uint32_t shift = offset % 8 * 8;
    const uint64_t mask = 0xffffffffull << shift;

    if (offset / 8 == STH_PLATFORM_CLINT_MTIMECMP / 8 && access->write) {
        b->mtimecmp = (b->mtimecmp & ~mask) | (uint64_t)access->value << shift;
        sth_hart_until(&b->hart, b->mtimecmp);
    } else if (offset / 8 == STH_PLATFORM_CLINT_MTIMECMP / 8) {
        access->value = (uint32_t)(b->mtimecmp >> shift);
    } else if (offset / 8 == STH_PLATFORM_CLINT_MTIME / 8) {
        access->value = (uint32_t)(b->hart.state.cycles >> shift);
    }
}

static void access_interrupts(struct board *b, struct sth_hart_access *access)
{
    const bool external = b->hart.state.mip >> STH_HART_INTERRUPT_EXTERNAL & 1;

    switch (OFFSET(access, PLIC)) {
    case STH_PLATFORM_PLIC_ENABLE:
        if (access->write)
            b->sources = access->value;
        else
            access->value = b->sources;
        break;
    case STH_PLATFORM_PLIC_CLAIM:
        if (access->write && access->value == b->claimed)
            b->claimed = 0;
        else if (!access->write && external)
            access->value = b->claimed = STH_PLATFORM_ACCEL_SOURCE;
        break;
    default:
        break;
    }
}

static bool access_device(void *user, struct sth_hart_access *access)
{
    struct board *b = user;

    if (IS_IN(access, ACCEL)) {
        if (access->write)
            write_accelerator(b, access);
        else
            read_accelerator(b, access);
    } else if (IS_IN(access, CLINT)) {
        access_timer(b, access);
    } else if (IS_IN(access, PLIC)) {
        access_interrupts(b, access);
    } else if (IS_IN(access, UART)) {
        if (access->write && b->console_bytes + 1 < sizeof(b->console))
            b->console[b->console_bytes++] = (char)access->value;
    } else if (IS_IN(access, FINISHER)) {
        b->exited = true;
        b->status = (access->value & 0xffff) == STH_PLATFORM_FINISHER_PASS
                        ? 0
                        : access->value >> 16;
        sth_hart_stop(&b->hart);
    } else {
        return false;
    }
    update(b);
    return true;
}

struct sth_hart_window *board_window(struct board *b, uint32_t base,
                                     uint32_t bytes, uint8_t *host)
{
    struct sth_hart_window *window = &b->config.window[b->config.windows++];

    *window =
        (struct sth_hart_window){.base = base, .bytes = bytes, .host = host};
    return window;
}

bool board_init(struct board *b, uint32_t entry, struct sth_recorder *device)
{
    b->device = device;
    b->mtimecmp = UINT64_MAX;
    b->config.reset_pc = entry;
    b->config.line_bytes = 32;
    b->config.fetch_lines = 128;
    b->config.data_lines = 128;
    b->config.owner =
        (struct sth_hart_owner){.user = b, .access = access_device};
    return sth_hart_init(&b->hart, &b->config);
}

bool board_run(struct board *b, uint64_t quantum, enum sth_hart_stop *why)
{
    struct sth_hart_state *s = &b->hart.state;

    while (!b->exited) {
        const uint64_t end = s->cycles + quantum;
        const bool ahead = b->mtimecmp > s->cycles;

        *why = sth_hart_run(&b->hart,
                            ahead && b->mtimecmp < end ? b->mtimecmp : end);
        if (*why == STH_HART_STOP_WFI) {
            work(b);
            update(b);
            if (!(s->mip & s->mie)) { /* then it waits for the timer */
                if (!ahead || b->mtimecmp == UINT64_MAX)
                    return false;
                (void)sth_hart_run(&b->hart, b->mtimecmp);
            }
        } else if (*why != STH_HART_STOP_TIME && !b->exited) {
            return false;
        }
        update(b);
    }
    return true;
}

void board_fini(struct board *b)
{
    sth_hart_fini(&b->hart);
    b->device->ring = NULL; /* it was the firmware's */
    sth_recorder_fini(b->device);
}
