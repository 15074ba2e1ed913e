/*
 * Random instructions on the processor and on Unicorn, one by one; registers,
 * CSRs and traps are compared after each, memory after each stream.
 *
 *   lockstep STREAMS [SEED]
 *
 * Status 1 on the first difference.  Each stream says its seed when it fails:
 * `lockstep 1 SEED` is that stream alone.
 *
 * Unicorn does not enter traps, which is done here, from what it says of them;
 * it lets misaligned accesses pass, so those are judged here alone; and it has
 * floating point, supervisor mode and other CSRs, so what is one of those is
 * left out.
 */
#include "hart_stream.h"
#include "sth_hart.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unicorn/unicorn.h>

enum { CODE_BYTES = 8192, DATA_BYTES = 4096, STEPS = 400, LAST = 24 };
#define CODE 0x80000000u
#define DATA (CODE + CODE_BYTES)
#define BYTES (CODE_BYTES + DATA_BYTES)
#define HANDLER (CODE + 0x100u)
#define MSTATUS_BITS 0x88u
#define MPP 0x1800u

struct pair {
    struct sth_hart hart;
    uc_engine *uc;
    uint8_t ours[BYTES], theirs[BYTES];
    uint64_t seed, random;
    /* What Unicorn said of a trap. */
    bool trapped;
    uint32_t cause, value;
    bool reservation_lost; /* to a trap, for ours alone */
    uint32_t reserved_value;
    /* Instructions so far, to show. */
    uint32_t last_pc[LAST], last_word[LAST];
    uint64_t steps;
    uint64_t seen[HART_ROWS], traps[16], compressed, left_out;
};

static struct pair p;

static void must(uc_err err, const char *what)
{
    if (err == UC_ERR_OK)
        return;
    fprintf(stderr, "lockstep: %s: %s\n", what, uc_strerror(err));
    exit(2);
}

static uint32_t get(int reg)
{
    uint32_t value = 0;

    must(uc_reg_read(p.uc, reg, &value), "register");
    return value;
}

static void set(int reg, uint32_t value)
{
    must(uc_reg_write(p.uc, reg, &value), "register");
}

static void on_interrupt(uc_engine *uc, uint32_t number, void *user)
{
    (void)user;
    p.trapped = true;
    p.cause = number;
    p.value = 0;
    uc_emu_stop(uc);
}

static bool on_invalid(uc_engine *uc, uc_mem_type type, uint64_t address,
                       int size, int64_t value, void *user)
{
    (void)uc;
    (void)size;
    (void)value;
    (void)user;
    p.trapped = true;
    p.value = (uint32_t)address;
    p.cause = type == UC_MEM_FETCH_UNMAPPED  ? STH_HART_CAUSE_FETCH
              : type == UC_MEM_READ_UNMAPPED ? STH_HART_CAUSE_LOAD
                                             : STH_HART_CAUSE_STORE;
    return false;
}

static void open_theirs(void)
{
    uc_hook hook;

    must(uc_open(UC_ARCH_RISCV, UC_MODE_RISCV32, &p.uc), "open");
    must(uc_mem_map(p.uc, CODE, BYTES, UC_PROT_ALL), "map");
    must(uc_hook_add(p.uc, &hook, UC_HOOK_INTR, (void *)on_interrupt, NULL, 1,
                     0),
         "hook");
    must(uc_hook_add(p.uc, &hook, UC_HOOK_MEM_INVALID, (void *)on_invalid, NULL,
                     1, 0),
         "hook");
}

static void open_ours(void)
{
    struct sth_hart_config config = {
        .reset_pc = CODE,
        .line_bytes = 32,
        .fetch_lines = 4,
        .data_lines = 4,
        .windows = 1,
        .window = {{.base = CODE,
                    .bytes = BYTES,
                    .host = p.ours,
                    .line_wait = 7,
                    .store_wait = 1}},
    };

    if (!sth_hart_init(&p.hart, &config))
        exit(2);
}

static uint32_t word_of(uint32_t addr)
{
    uint32_t word;

    memcpy(&word, p.ours + (addr - CODE), 4);
    return word;
}

static uint32_t word_at(uint32_t pc)
{
    uint32_t word = 0;

    if (pc - CODE < BYTES)
        memcpy(&word, p.ours + (pc - CODE), pc - CODE + 4 <= BYTES ? 4 : 2);
    return (word & 3) == 3 ? word : word & 0xffff;
}

static int different(const char *what, uint32_t ours, uint32_t theirs)
{
    printf("stream %" PRIu64 ", step %" PRIu64 ": %s is %08" PRIx32
           ", Unicorn has %08" PRIx32 "\n",
           p.seed, p.steps, what, ours, theirs);
    for (uint64_t i = p.steps < LAST ? 0 : p.steps - LAST; i <= p.steps; i++)
        printf("  %08" PRIx32 ": %08" PRIx32 "\n", p.last_pc[i % LAST],
               p.last_word[i % LAST]);
    return 1;
}

/*
 * A conditional store on which the two may differ: one that fails where no
 * memory is, or to which a trap or a store has come in between.
 */
static bool is_foreign_store(uint32_t addr)
{
    return addr - CODE >= BYTES || p.reservation_lost ||
           (p.hart.state.reserving && p.hart.state.reserved == addr &&
            addr % 4 == 0 && word_of(addr) != p.reserved_value);
}

/* What only one of the two has. */
static bool is_foreign(uint32_t word)
{
    const uint32_t opcode = word & 0x7f;

    if ((word & 3) != 3) /* floating point; reserved; shifts by 32 or more */
        return ((word & 1) == 0 && word >> 13 & 1) ||
               (word & 0xe003) == 0x8000 || (word & 0xf003) == 0x1002 ||
               (word & 0xf803) == 0x9001 || (word & 0xfc03) == 0x9c01;
    if (opcode == 0x2f && word >> 27 == 3)
        return is_foreign_store(p.hart.state.x[word >> 15 & 31]);
    if (opcode == 0x73 && (word >> 12 & 3)) {
        for (size_t i = 0; i < sizeof(hart_csrs) / sizeof(*hart_csrs); i++)
            if (word >> 20 == hart_csrs[i])
                return false;
        return true;
    }
    if (opcode == 0x73)
        return word != 0x73 && word != 0x00100073 && word != 0x30200073 &&
               word != 0x10500073 && (word >> 12 & 7) != 4;
    return opcode == 0x07 || opcode == 0x27 || (opcode & 0x63) == 0x43;
}

/* A register with a new value, in both. */
static void poke(uint32_t reg, uint32_t value)
{
    p.hart.state.x[reg] = value;
    set(UC_RISCV_REG_X0 + (int)reg, value);
}

static void jump(uint32_t pc)
{
    p.hart.state.pc = pc;
    set(UC_RISCV_REG_PC, pc);
}

/* Values that lead somewhere. */
static void stir(void)
{
    static const uint32_t pointers[] = {2, 8, 9};

    if (hart_below(&p.random, 3) == 0)
        poke(pointers[hart_below(&p.random, 3)],
             DATA + 4 * (64 + hart_below(&p.random, 512)) +
                 (hart_below(&p.random, 16) ? 0 : 1));
    if (hart_below(&p.random, 4) == 0)
        poke(1 + hart_below(&p.random, 31), hart_value(&p.random));
    if (hart_below(&p.random, 8) == 0)
        poke(1 + hart_below(&p.random, 31),
             CODE + 2 * hart_below(&p.random, CODE_BYTES / 2));
}

/* The access of an instruction that is misaligned, by the manual; 0: none. */
static uint32_t misaligned(uint32_t word, uint32_t pc, uint32_t *addr)
{
    struct sth_hart_op op;
    uint32_t code, bytes = 4, cause = STH_HART_CAUSE_LOAD_ALIGN;

    sth_hart_op_decode(&op, word, pc);
    code = op.code & ~(uint32_t)STH_HART_COMPRESSED;
    if (code >= STH_HART_CODE_LB && code <= STH_HART_CODE_SW) {
        bytes = code == STH_HART_CODE_LW || code == STH_HART_CODE_SW ? 4
                : code == STH_HART_CODE_LH || code == STH_HART_CODE_LHU ||
                        code == STH_HART_CODE_SH
                    ? 2
                    : 1;
        if (code >= STH_HART_CODE_SB)
            cause = STH_HART_CAUSE_STORE_ALIGN;
    } else if (code >= STH_HART_CODE_LR_W && code <= STH_HART_CODE_AMOMAXU_W) {
        if (code != STH_HART_CODE_LR_W)
            cause = STH_HART_CAUSE_STORE_ALIGN;
    } else {
        return 0;
    }
    *addr = p.hart.state.x[op.rs1] + (uint32_t)op.imm;
    return *addr % bytes ? cause : 0;
}

static void count(uint32_t word)
{
    if ((word & 3) != 3)
        p.compressed++;
    else
        for (uint32_t i = 0; i < HART_ROWS; i++)
            if ((word & hart_rows[i].mask) == hart_rows[i].match)
                p.seen[i]++;
}

/* One instruction of Unicorn, with the trap if there is one. */
static void step_theirs(uint32_t word, uint32_t pc, uint32_t cause,
                        uint32_t addr)
{
    uint32_t mstatus;
    uc_err err = UC_ERR_OK;

    p.trapped = cause != 0;
    p.cause = cause;
    p.value = addr;
    if (!cause)
        err = uc_emu_start(p.uc, pc, 0, 0, 1);
    if (err == UC_ERR_INSN_INVALID) { /* its name for a breakpoint */
        p.trapped = true;
        p.cause = STH_HART_CAUSE_BREAK;
    } else if (err && !p.trapped) {
        must(err, "step");
    }
    /* It may be ahead already, at an instruction that is not there. */
    if (p.trapped && p.cause == STH_HART_CAUSE_FETCH &&
        p.value - pc >= sth_hart_op_bytes(word))
        p.trapped = false;
    if (p.trapped) {
        if (p.cause == STH_HART_CAUSE_ILLEGAL)
            p.value = word;
        if (p.cause == STH_HART_CAUSE_BREAK)
            p.value = pc;
        if (p.cause == 8) /* a call, whatever its mode is */
            p.cause = STH_HART_CAUSE_ECALL;
        /* An atomic access that stores never is a load. */
        if (p.cause == STH_HART_CAUSE_LOAD && (word & 0x7f) == 0x2f &&
            word >> 27 != 2)
            p.cause = STH_HART_CAUSE_STORE;
        mstatus = get(UC_RISCV_REG_MSTATUS);
        set(UC_RISCV_REG_MSTATUS, (mstatus & 8 ? 0x80 : 0) | MPP);
        set(UC_RISCV_REG_MEPC, pc);
        set(UC_RISCV_REG_MCAUSE, p.cause);
        set(UC_RISCV_REG_MTVAL, p.value);
        set(UC_RISCV_REG_PC, HANDLER);
    } else if (word == 0x30200073) {
        set(UC_RISCV_REG_MSTATUS, get(UC_RISCV_REG_MSTATUS) | MPP);
    } else if ((word & 0x7f) == 0x73 && word >> 20 == 0x341) {
        set(UC_RISCV_REG_MEPC, get(UC_RISCV_REG_MEPC) & ~1u);
    }
}

static int compare(void)
{
    static const struct {
        int reg;
        const char *name;
        const uint32_t *ours;
        uint32_t mask;
    } csr[] = {
        {UC_RISCV_REG_PC, "pc", &p.hart.state.pc, ~0u},
        {UC_RISCV_REG_MSTATUS, "mstatus", &p.hart.state.mstatus, MSTATUS_BITS},
        {UC_RISCV_REG_MSCRATCH, "mscratch", &p.hart.state.mscratch, ~0u},
        {UC_RISCV_REG_MEPC, "mepc", &p.hart.state.mepc, ~0u},
        {UC_RISCV_REG_MCAUSE, "mcause", &p.hart.state.mcause, ~0u},
        {UC_RISCV_REG_MTVAL, "mtval", &p.hart.state.mtval, ~0u},
    };
    static int id[32];
    static void *at[32];
    uint32_t x[32] = {0};
    char name[8];

    for (int i = 0; i < 32; i++) {
        id[i] = UC_RISCV_REG_X0 + i;
        at[i] = &x[i];
    }
    must(uc_reg_read_batch(p.uc, id, at, 32), "registers");
    for (size_t i = 0; i < sizeof(csr) / sizeof(*csr); i++) {
        const uint32_t theirs = get(csr[i].reg);

        if ((*csr[i].ours ^ theirs) & csr[i].mask)
            return different(csr[i].name, *csr[i].ours, theirs);
    }
    for (int i = 0; i < 32; i++)
        if (p.hart.state.x[i] != x[i]) {
            snprintf(name, sizeof(name), "x%d", i);
            return different(name, p.hart.state.x[i], x[i]);
        }
    return 0;
}

static int step(void)
{
    const uint32_t pc = p.hart.state.pc, word = word_at(pc);
    const uint64_t traps = p.hart.state.traps;
    uint32_t addr = 0, cause;

    p.last_pc[p.steps % LAST] = pc;
    p.last_word[p.steps % LAST] = word;
    stir();
    if (is_foreign(word)) {
        p.left_out++;
        jump(CODE + 2 * hart_below(&p.random, CODE_BYTES / 2));
        return 0;
    }
    count(word);
    cause = misaligned(word, pc, &addr);
    (void)sth_hart_step(&p.hart);
    p.hart.state.waiting = false;
    step_theirs(word, pc, cause, addr);
    if (p.trapped)
        p.traps[p.cause & 15]++;
    if (p.trapped || word == 0x30200073) {
        p.reservation_lost = true;
    } else if ((word & 0x7f) == 0x2f && word >> 28 == 1) {
        p.reservation_lost = false;
        if (p.hart.state.reserving)
            p.reserved_value = word_of(p.hart.state.reserved);
    }
    if (p.trapped != (p.hart.state.traps != traps))
        return different("a trap", p.hart.state.traps != traps, p.trapped);
    return compare();
}

static int stream(uint64_t seed)
{
    p.seed = seed;
    p.random = seed;
    hart_stream(&p.random, p.ours, CODE_BYTES);
    for (uint32_t i = CODE_BYTES; i < BYTES; i++)
        p.ours[i] = (uint8_t)hart_word(&p.random);
    must(uc_mem_write(p.uc, CODE, p.ours, BYTES), "memory");
    must(uc_ctl_remove_cache(p.uc, CODE, CODE + BYTES), "cache");
    sth_hart_fini(&p.hart);
    open_ours();
    p.hart.state.mtvec = HANDLER;
    p.reservation_lost = true;
    for (uint32_t i = 1; i < 32; i++)
        poke(i, hart_value(&p.random));
    set(UC_RISCV_REG_MSTATUS, MPP);
    set(UC_RISCV_REG_MSCRATCH, 0);
    set(UC_RISCV_REG_MEPC, 0);
    set(UC_RISCV_REG_MCAUSE, 0);
    set(UC_RISCV_REG_MTVAL, 0);
    jump(CODE);
    for (p.steps = 0; p.steps < STEPS; p.steps++)
        if (step())
            return 1;
    must(uc_mem_read(p.uc, CODE, p.theirs, BYTES), "memory");
    for (uint32_t i = 0; i < BYTES; i++)
        if (p.ours[i] != p.theirs[i])
            return different("a byte of memory", p.ours[i], p.theirs[i]);
    return 0;
}

/* Every instruction and trap has been met, often enough. */
static int met(uint64_t streams)
{
    int bad = 0;

    for (uint32_t i = 0; i < HART_ROWS; i++)
        if (p.seen[i] < streams / 4) {
            printf("%s was met %" PRIu64 " times only\n", hart_rows[i].name,
                   p.seen[i]);
            bad = 1;
        }
    for (uint32_t i = 1; i < 12; i++)
        if (i < 8 && p.traps[i] < streams / 20) {
            printf("cause %" PRIu32 " was met %" PRIu64 " times only\n", i,
                   p.traps[i]);
            bad = 1;
        }
    return bad;
}

int main(int argc, char **argv)
{
    const uint64_t streams = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    const uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    uint64_t instructions = 0, traps = 0;

    open_theirs();
    for (uint64_t i = 0; i < streams; i++)
        if (stream(seed + i))
            return 1;
    for (uint32_t i = 0; i < HART_ROWS; i++)
        instructions += p.seen[i];
    for (uint32_t i = 0; i < 16; i++)
        traps += p.traps[i];
    printf("seeds %" PRIu64 " to %" PRIu64 ": %" PRIu64
           " instructions of 32 bits, %" PRIu64 " of 16, %" PRIu64
           " traps, %" PRIu64 " left out\n",
           seed, seed + streams - 1, instructions, p.compressed, traps,
           p.left_out);
    return streams >= 100 ? met(streams) : 0;
}
