/* A simulated RV32 processor with the devices of the platform. */
#include "machine.h"

#include "sth_file.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAGE = 4096,
    WFI = 0x10500073,
    EBREAK = 0x00100073,
    C_EBREAK = 0x9002,
    MIE = 1 << 3,
    MPIE = 1 << 7,
    MPP = 3 << 11,
    TIMER = 7,
    EXTERNAL = 11,
    CHIP_PATIENCE = 10000000 /* cycles */
};

void machine_die(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(2);
}

static void must(uc_err err, const char *what)
{
    if (err != UC_ERR_OK)
        machine_die(what, uc_strerror(err));
}

static uint32_t csr(struct machine *m, int which)
{
    uint32_t value = 0;

    must(uc_reg_read(m->uc, which, &value), "register");
    return value;
}

static void set_csr(struct machine *m, int which, uint32_t value)
{
    must(uc_reg_write(m->uc, which, &value), "register");
}

/* ---- the accelerator --------------------------------------------------- */

static bool is_busy(const struct machine *m)
{
    return m->retired != m->device->commands;
}

/* Each side learns what the other has written since the last time. */
static void share_memory(struct machine *m)
{
    const size_t bytes = STH_PLATFORM_FIRMWARE_BYTES;

    m->chip->ops->mem_read(m->chip, 0, m->seen, bytes);
    for (size_t i = 0; i < bytes; i++)
        if (m->seen[i] != m->shared[i])
            m->ram[i] = m->seen[i];
    memcpy(m->shared, m->ram, bytes);
    m->chip->ops->mem_write(m->chip, 0, m->ram, bytes);
}

/* Retires up to the next command that interrupts. */
static void work(struct machine *m)
{
    if (m->chip != NULL) {
        share_memory(m);
        m->chip->ops->wait(m->chip, CHIP_PATIENCE);
        share_memory(m);
    }
    while (m->device != NULL && !m->dead && is_busy(m)) {
        const struct sth_command *c = &m->device->command[m->retired++];

        if (STH_GET(c, ANY_IRQ) != 0) {
            m->irq_status |= STH_IRQ_STATUS_COMMAND;
            return;
        }
    }
}

static uint64_t accel_read(uc_engine *uc, uint64_t offset, unsigned size,
                           void *user)
{
    struct machine *m = user;

    (void)uc;
    (void)size;
    if (m->chip != NULL && offset < STH_PLATFORM_ACCEL_STRIDE)
        return m->chip->ops->reg_read(m->chip, (uint32_t)offset);
    if (m->device == NULL || offset >= STH_PLATFORM_ACCEL_STRIDE)
        return 0;
    switch (offset) {
    case STH_REG_HEAD:
    case STH_REG_RETIRED:
        return m->retired;
    case STH_REG_STATUS:
        return is_busy(m) ? STH_STATUS_BUSY : 0;
    case STH_REG_IRQ_STATUS:
        return m->irq_status;
    case STH_REG_IRQ_ENABLE:
        return m->irq_enable;
    default:
        return m->device->hal.ops->reg_read(&m->device->hal, (uint32_t)offset);
    }
}

static void accel_write(uc_engine *uc, uint64_t offset, unsigned size,
                        uint64_t value, void *user)
{
    struct machine *m = user;

    (void)size;
    if (m->chip != NULL && offset < STH_PLATFORM_ACCEL_STRIDE) {
        if (offset == STH_REG_TAIL)
            share_memory(m);
        m->chip->ops->reg_write(m->chip, (uint32_t)offset, (uint32_t)value);
    }
    if (m->device == NULL || offset >= STH_PLATFORM_ACCEL_STRIDE)
        return;
    switch (offset) {
    case STH_REG_RING_BASE_LO:
        m->ring = value;
        break;
    case STH_REG_IRQ_STATUS:
        m->irq_status &= ~(uint32_t)value;
        break;
    case STH_REG_IRQ_ENABLE:
        m->irq_enable = (uint32_t)value;
        break;
    case STH_REG_TAIL: /* the ring is the processor's memory */
        must(uc_mem_read(uc, STH_PLATFORM_RAM_BASE + m->ring, m->device->ring,
                         sizeof(struct sth_command) << m->device->ring_log2),
             "ring");
        m->device->hal.ops->reg_write(&m->device->hal, STH_REG_TAIL,
                                      (uint32_t)value);
        break;
    default:
        break;
    }
}

/* ---- the devices ------------------------------------------------------- */

/* The accelerator's interrupt. */
static bool line(const struct machine *m)
{
    return m->chip != NULL ? m->chip->ops->wait(m->chip, 0)
                           : (m->irq_status & m->irq_enable) != 0;
}

/* Bits of mip. */
static uint32_t pending(const struct machine *m)
{
    uint32_t bits = m->mtime >= m->mtimecmp ? 1u << TIMER : 0;

    if (m->claimed == 0 && line(m) &&
        (m->sources >> STH_PLATFORM_ACCEL_SOURCE & 1u) != 0)
        bits |= 1u << EXTERNAL;
    return bits;
}

static uint64_t half(uint64_t whole, uint64_t offset)
{
    return (uint32_t)(whole >> (offset % 8 * 8));
}

static uint64_t clint_read(uc_engine *uc, uint64_t offset, unsigned size,
                           void *user)
{
    struct machine *m = user;

    (void)uc;
    (void)size;
    if (offset / 8 == STH_PLATFORM_CLINT_MTIME / 8)
        return half(m->mtime, offset);
    return offset / 8 == STH_PLATFORM_CLINT_MTIMECMP / 8
               ? half(m->mtimecmp, offset)
               : 0;
}

static void clint_write(uc_engine *uc, uint64_t offset, unsigned size,
                        uint64_t value, void *user)
{
    struct machine *m = user;
    const uint64_t shift = offset % 8 * 8;

    (void)uc;
    (void)size;
    if (offset / 8 == STH_PLATFORM_CLINT_MTIMECMP / 8)
        m->mtimecmp = (m->mtimecmp & ~(0xffffffffull << shift)) | value
                                                                      << shift;
}

static uint64_t plic_read(uc_engine *uc, uint64_t offset, unsigned size,
                          void *user)
{
    struct machine *m = user;

    (void)uc;
    (void)size;
    if (offset == STH_PLATFORM_PLIC_ENABLE)
        return m->sources;
    if (offset != STH_PLATFORM_PLIC_CLAIM || (pending(m) >> EXTERNAL & 1u) == 0)
        return 0;
    m->claimed = STH_PLATFORM_ACCEL_SOURCE;
    return m->claimed;
}

static void plic_write(uc_engine *uc, uint64_t offset, unsigned size,
                       uint64_t value, void *user)
{
    struct machine *m = user;

    (void)uc;
    (void)size;
    if (offset == STH_PLATFORM_PLIC_ENABLE)
        m->sources = (uint32_t)value;
    if (offset == STH_PLATFORM_PLIC_CLAIM && value == m->claimed)
        m->claimed = 0;
}

static uint64_t nothing_read(uc_engine *uc, uint64_t offset, unsigned size,
                             void *user)
{
    (void)uc;
    (void)offset;
    (void)size;
    (void)user;
    return 0;
}

static void uart_write(uc_engine *uc, uint64_t offset, unsigned size,
                       uint64_t value, void *user)
{
    struct machine *m = user;

    (void)uc;
    (void)offset;
    (void)size;
    if (m->console_bytes + 1 < sizeof(m->console))
        m->console[m->console_bytes++] = (char)value;
}

static void finisher_write(uc_engine *uc, uint64_t offset, unsigned size,
                           uint64_t value, void *user)
{
    struct machine *m = user;

    (void)uc;
    (void)offset;
    (void)size;
    m->exited = true;
    m->status = (value & 0xffff) == STH_PLATFORM_FINISHER_PASS
                    ? 0
                    : (uint32_t)value >> 16;
}

/* ---- the processor ----------------------------------------------------- */

/* The interrupt to take now; 0: none. */
static uint32_t interrupt(struct machine *m)
{
    const bool storm = m->storm != 0 && m->calm >= m->storm;
    uint32_t bits = pending(m);

    if ((bits == 0 && !storm) || (csr(m, UC_RISCV_REG_MSTATUS) & MIE) == 0)
        return 0;
    bits &= csr(m, UC_RISCV_REG_MIE);
    if (storm || (bits >> EXTERNAL & 1u) != 0)
        return EXTERNAL;
    return (bits >> TIMER & 1u) != 0 ? TIMER : 0;
}

static void on_instruction(uc_engine *uc, uint64_t address, uint32_t size,
                           void *user)
{
    struct machine *m = user;
    uint32_t state;

    (void)size;
    if (m->exited || m->trap || interrupt(m) != 0) {
        uc_emu_stop(uc);
        return;
    }
    memcpy(&state, m->ram, sizeof(state));
    m->last = (uint32_t)address;
    m->mtime++;
    m->calm++;
    if (state < m->states)
        m->count[state]++;
}

static bool on_access(uc_engine *uc, uc_mem_type type, uint64_t address,
                      int size, int64_t value, void *user)
{
    struct machine *m = user;

    (void)uc;
    (void)size;
    (void)value;
    m->trap = true;
    m->value = (uint32_t)address;
    m->cause = type == UC_MEM_FETCH_UNMAPPED || type == UC_MEM_FETCH_PROT ? 1
               : type == UC_MEM_READ_UNMAPPED || type == UC_MEM_READ_PROT ? 5
                                                                          : 7;
    return false;
}

static void on_exception(uc_engine *uc, uint32_t cause, void *user)
{
    struct machine *m = user;

    m->trap = true;
    m->cause = cause;
    m->value = 0;
    uc_emu_stop(uc);
}

/* To the handler; returns its address. */
static uint32_t trap(struct machine *m, uint32_t cause, uint32_t value,
                     uint32_t pc)
{
    const uint32_t status = csr(m, UC_RISCV_REG_MSTATUS);

    set_csr(m, UC_RISCV_REG_MEPC, pc);
    set_csr(m, UC_RISCV_REG_MCAUSE, cause);
    set_csr(m, UC_RISCV_REG_MTVAL, value);
    set_csr(m, UC_RISCV_REG_MSTATUS,
            (status & ~(uint32_t)(MIE | MPIE)) | MPP |
                ((status & MIE) != 0 ? MPIE : 0));
    return csr(m, UC_RISCV_REG_MTVEC);
}

/* The processor sleeps: the accelerator works, then time goes by. */
static void sleep_on(struct machine *m)
{
    const uint32_t enabled = csr(m, UC_RISCV_REG_MIE);

    if ((pending(m) & enabled) == 0)
        work(m);
    if ((pending(m) & enabled) == 0 && (enabled >> TIMER & 1u) != 0 &&
        m->mtimecmp != UINT64_MAX)
        m->mtime = m->mtimecmp;
    m->stuck = (pending(m) & enabled) == 0;
}

void machine_run(struct machine *m)
{
    uint32_t pc = m->entry;

    while (!m->exited && !m->stuck) {
        const uint32_t which = interrupt(m);
        uint32_t word = 0;
        uc_err err;

        if (which != 0) {
            pc = trap(m, 0x80000000u | which, 0, pc);
            m->calm = 0;
            m->interrupts++;
            m->timeouts += which == TIMER;
        }
        m->trap = false;
        err = uc_emu_start(m->uc, pc, 0, 0, 0);
        pc = csr(m, UC_RISCV_REG_PC);
        must(uc_mem_read(m->uc, m->last, &word, sizeof(word)), "instruction");
        if (err == UC_ERR_INSN_INVALID && !m->trap) {
            m->trap = true;
            m->cause = (uint16_t)word == C_EBREAK || word == EBREAK ? 3 : 2;
            m->value = 0;
        }
        if (m->trap) {
            pc = trap(m, m->cause, m->value, m->last);
            continue;
        }
        must(err, "processor");
        if (!m->exited && word == WFI && pc == m->last + 4)
            sleep_on(m);
    }
}

/* ---- beginning and end -------------------------------------------------
 */

static void load_part(struct machine *m, const Elf32_Phdr *part,
                      const char *from)
{
    const uint64_t end = (uint64_t)part->p_paddr + part->p_filesz;

    if (part->p_paddr >= STH_PLATFORM_RAM_BASE &&
        end <= STH_PLATFORM_RAM_BASE + STH_PLATFORM_FIRMWARE_BYTES)
        memcpy(m->ram + (part->p_paddr - STH_PLATFORM_RAM_BASE), from,
               part->p_filesz);
    else if (part->p_paddr >= STH_PLATFORM_ROM_BASE &&
             end <= STH_PLATFORM_ROM_BASE + STH_PLATFORM_ROM_BYTES)
        memcpy(m->rom + (part->p_paddr - STH_PLATFORM_ROM_BASE), from,
               part->p_filesz);
    else
        machine_die("image", "a part lies where nothing can be loaded");
}

static void load(struct machine *m, const char *path)
{
    char error[512];
    size_t bytes;
    char *file = sth_file_read(path, &bytes, error, sizeof(error));
    const Elf32_Ehdr *head = (const void *)file;

    if (file == NULL)
        machine_die(path, error);
    if (bytes < sizeof(*head) || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0)
        machine_die(path, "no ELF file");
    for (uint32_t i = 0; i < head->e_phnum; i++) {
        const Elf32_Phdr *part =
            (const void *)(file + head->e_phoff + i * sizeof(*part));

        if (part->p_type == PT_LOAD && part->p_filesz != 0)
            load_part(m, part, file + part->p_offset);
    }
    m->entry = head->e_entry;
    free(file);
}

static void hook(struct machine *m, int type, void *callback)
{
    uc_hook handle;

    must(uc_hook_add(m->uc, &handle, type, callback, m, 1, 0), "hook");
}

#define MMIO(region, read, write)                                              \
    must(uc_mmio_map(m->uc, STH_PLATFORM_##region##_BASE,                      \
                     STH_PLATFORM_##region##_BYTES, read, m, write, m),        \
         #region)

void machine_init(struct machine *m, const char *image,
                  struct sth_recorder *device)
{
    const bool mute = m->mute;

    *m = (struct machine){
        .mute = mute, .device = device, .mtimecmp = UINT64_MAX};
    m->ram = aligned_alloc(PAGE, STH_PLATFORM_FIRMWARE_BYTES);
    m->rom = aligned_alloc(PAGE, STH_PLATFORM_ROM_BYTES);
    if (m->ram == NULL || m->rom == NULL)
        machine_die("memory", "out of memory");
    memset(m->ram, 0xa5, STH_PLATFORM_FIRMWARE_BYTES);
    memset(m->rom, 0xa5, STH_PLATFORM_ROM_BYTES);
    load(m, image);
    must(uc_open(UC_ARCH_RISCV, UC_MODE_RISCV32, &m->uc), "unicorn");
    must(uc_mem_map_ptr(m->uc, STH_PLATFORM_RAM_BASE,
                        STH_PLATFORM_FIRMWARE_BYTES, UC_PROT_ALL, m->ram),
         "RAM");
    must(uc_mem_map_ptr(m->uc, STH_PLATFORM_ROM_BASE, STH_PLATFORM_ROM_BYTES,
                        UC_PROT_READ | UC_PROT_EXEC, m->rom),
         "ROM");
    MMIO(FINISHER, nothing_read, finisher_write);
    MMIO(CLINT, clint_read, clint_write);
    MMIO(PLIC, plic_read, plic_write);
    MMIO(ACCEL, accel_read, accel_write);
    if (!mute)
        MMIO(UART, nothing_read, uart_write);
    hook(m, UC_HOOK_CODE, (void *)on_instruction);
    hook(m, UC_HOOK_MEM_INVALID, (void *)on_access);
    hook(m, UC_HOOK_INTR, (void *)on_exception);
}

void machine_map(struct machine *m, uint32_t at, const void *from, size_t bytes)
{
    must(uc_mem_map(m->uc, at, (bytes / PAGE + 1) * PAGE, UC_PROT_READ),
         "memory");
    must(uc_mem_write(m->uc, at, from, bytes), "memory");
}

void machine_attach(struct machine *m, struct sth_device *chip)
{
    m->chip = chip;
    m->seen = malloc(STH_PLATFORM_FIRMWARE_BYTES);
    m->shared = calloc(STH_PLATFORM_FIRMWARE_BYTES, 1);
    if (m->seen == NULL || m->shared == NULL)
        machine_die("memory", "out of memory");
}

void machine_fini(struct machine *m)
{
    uc_close(m->uc);
    free(m->ram);
    free(m->rom);
    free(m->seen);
    free(m->shared);
}
