/* Who called, by the frame information of DWARF. */
#include "sth_symbols_elf.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

enum { RA = 1, SP = 2, INTERRUPTED = 64, STACK = 8 };

/* A frame: its registers, as far as they are known. */
struct frame {
    uint32_t x[32];
    uint32_t known; /* bit n: x[n] */
    uint32_t cfa;
    sth_symbols_read *read;
    void *user;
};

/* The operations that compilers use for frames; false: another, or it needs
 * what is not known. */
static bool evaluate(const struct frame *f, const Dwarf_Op *op, size_t count,
                     uint32_t *value, bool *is_value)
{
    uint32_t stack[STACK] = {0};
    size_t depth = 0;

    *is_value = false;
    for (size_t i = 0; i < count; i++) {
        const unsigned atom = op[i].atom;

        if (depth == STACK)
            return false;
        if (atom >= DW_OP_breg0 && atom <= DW_OP_breg31) {
            if ((f->known >> (atom - DW_OP_breg0) & 1u) == 0)
                return false;
            stack[depth++] = f->x[atom - DW_OP_breg0] + (uint32_t)op[i].number;
        } else if (atom == DW_OP_bregx && op[i].number < 32) {
            if ((f->known >> op[i].number & 1u) == 0)
                return false;
            stack[depth++] = f->x[op[i].number] + (uint32_t)op[i].number2;
        } else if (atom >= DW_OP_reg0 && atom <= DW_OP_reg31) {
            if ((f->known >> (atom - DW_OP_reg0) & 1u) == 0)
                return false;
            stack[depth++] = f->x[atom - DW_OP_reg0];
            *is_value = true;
        } else if (atom == DW_OP_regx && op[i].number < 32) {
            if ((f->known >> op[i].number & 1u) == 0)
                return false;
            stack[depth++] = f->x[op[i].number];
            *is_value = true;
        } else if (atom == DW_OP_call_frame_cfa) {
            stack[depth++] = f->cfa;
        } else if (atom == DW_OP_plus_uconst && depth > 0) {
            stack[depth - 1] += (uint32_t)op[i].number;
        } else if (atom == DW_OP_stack_value) {
            *is_value = true;
        } else {
            return false;
        }
    }
    if (depth == 0)
        return false;
    *value = stack[depth - 1];
    return true;
}

static bool find_cfa(struct frame *f, Dwarf_Frame *frame)
{
    Dwarf_Op *op;
    size_t count;
    bool is_value;

    return dwarf_frame_cfa(frame, &op, &count) == 0 && count != 0 &&
           evaluate(f, op, count, &f->cfa, &is_value);
}

/* A register as the caller had it; false: not known. */
static bool caller_has(const struct frame *f, Dwarf_Frame *frame, int number,
                       uint32_t *value)
{
    Dwarf_Op memory[3], *op;
    size_t count;
    bool is_value;

    if (dwarf_frame_register(frame, number, memory, &op, &count) != 0)
        return false;
    if (count == 0 && op == NULL && number < 32) { /* as it is */
        *value = f->x[number];
        return (f->known >> number & 1u) != 0;
    }
    if (count == 0 || !evaluate(f, op, count, value, &is_value))
        return false;
    return is_value || f->read(f->user, *value, value);
}

/*
 * The registers of the caller, and where it is: in the call, or, if it was
 * interrupted, at the instruction itself.
 */
static bool step(struct frame *f, Dwarf_Frame *frame, uint32_t *pc)
{
    const int column = dwarf_frame_info(frame, NULL, NULL, NULL);
    struct frame caller = *f;

    if (!find_cfa(f, frame))
        return false;
    caller.known = 1;
    for (int i = 1; i < 32; i++)
        if (caller_has(f, frame, i, &caller.x[i]))
            caller.known |= 1u << i;
    if (column == INTERRUPTED) {
        if (!caller_has(f, frame, column, pc))
            return false;
    } else {
        if ((caller.known >> RA & 1u) == 0)
            return false;
        *pc = caller.x[RA] - 1;
        caller.x[SP] = f->cfa;
        caller.known |= 1u << SP;
    }
    *f = caller;
    return true;
}

uint32_t sth_symbols_unwind(struct sth_symbols *s, uint32_t pc,
                            const uint32_t x[32], sth_symbols_read *read,
                            void *user, uint32_t *calls, uint32_t most)
{
    struct frame f = {.known = UINT32_MAX, .read = read, .user = user};
    uint32_t count = 0;

    memcpy(f.x, x, sizeof(f.x));
    calls[count++] = pc;
    /* Nobody is at pc: the last call went there. */
    if (s->cfi != NULL && count < most) {
        Dwarf_Frame *frame;

        if (dwarf_cfi_addrframe(s->cfi, pc, &frame) == 0)
            free(frame);
        else if (f.x[RA] != pc && f.x[RA] >= 4) {
            pc = f.x[RA] - 1;
            calls[count++] = pc;
        }
    }
    while (s->cfi != NULL && count < most) {
        Dwarf_Frame *frame;
        bool good;

        if (dwarf_cfi_addrframe(s->cfi, pc, &frame) != 0)
            break;
        good = step(&f, frame, &pc);
        free(frame);
        if (!good || pc + 1 <= 1)
            break;
        calls[count++] = pc;
    }
    return count;
}
