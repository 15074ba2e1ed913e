/*
 * The loop: from one decoded instruction to the next, as long as nothing is to
 * be looked at.
 *
 * Each instruction jumps to the next by a table of labels, which gcc and clang
 * have; so its branch is predicted by what it is.
 */
#include "sth_hart.h"

#include "sth_hart_cycles.h"
#include "sth_hart_line.h"
#include "sth_hart_page.h"
#include "sth_hart_prefix.h"
#include "sth_hart_slow.h"
#include "sth_hart_trap.h"
#include "sth_hart_window.h"

#include <string.h>

#define PAGE_MASK (0u - (uint32_t)STH_HART_PAGE)

/*
 * Brings the processor to where an instruction can begin: interrupts, the end
 * of a wait, a page, a line.  NULL: the run ends, and hart->stop says why.
 */
static struct sth_hart_page *settle(struct sth_hart *hart)
{
    struct sth_hart_state *s = &hart->state;

    while (hart->stop == STH_HART_STOP_NONE) {
        struct sth_hart_page *page;

        if (s->waiting && sth_hart_pending(s))
            s->waiting = false;
        if (s->waiting) {
            hart->stop = STH_HART_STOP_WFI;
            return NULL;
        }
        if (s->cycles >= hart->until) {
            hart->stop = STH_HART_STOP_TIME;
            return NULL;
        }
        if (s->mstatus & STH_HART_MIE && sth_hart_pending(s)) {
            sth_hart_interrupt(hart);
            continue;
        }
        page = hart->near[sth_hart_way_index(s->pc)];
        if (!page || page->base != s->pc - s->pc % STH_HART_PAGE)
            page = sth_hart_page_at(hart, s->pc);
        if (!page) {
            if (hart->stop == STH_HART_STOP_NONE)
                sth_hart_trap(hart, STH_HART_CAUSE_FETCH, s->pc);
            continue;
        }
        if (!page->waits || sth_hart_line_is_fetched(hart, s->pc))
            return page;
        s->cycles += sth_hart_line_fetch(hart, s->pc);
    }
    return NULL;
}

static enum sth_hart_stop end(struct sth_hart *hart)
{
    const enum sth_hart_stop why = hart->stop;

    hart->stop = STH_HART_STOP_NONE;
    return why;
}

/* Signed; the one that is out of range wraps. */
static uint32_t quotient(uint32_t a, uint32_t b)
{
    return b == UINT32_MAX ? 0 - a : (uint32_t)((int32_t)a / (int32_t)b);
}

#define PC() (page->base + (uint32_t)(op - page->op) * 2)
#define DISPATCH() goto *label[op->code]
#define DISPATCH_CODE(code) goto *label[code]

enum sth_hart_stop sth_hart_run(struct sth_hart *hart, uint64_t until)
{
    static const void *const label[256] = {
        [STH_HART_CODE_DECODE] = &&decode,
        [STH_HART_CODE_PREFIX] = &&prefix,
        [STH_HART_CODE_NEXT_PAGE] = &&leave,
        [STH_HART_CODE_NO_FETCH] = &&slow,
        [STH_HART_CODE_ILLEGAL] = &&slow,
        [STH_HART_CODE_ILLEGAL | STH_HART_COMPRESSED] = &&slow,
        [STH_HART_CODE_EBREAK | STH_HART_COMPRESSED] = &&slow,
#define FAST(name, mask, match, format, class)                                 \
    [STH_HART_CODE_##name] = &&name##_4,                                       \
    [STH_HART_CODE_##name | STH_HART_COMPRESSED] = &&name##_2,
#define BRANCH(name, mask, match, format, class)                               \
    FAST(name, mask, match, format, class)                                     \
    FAST(name##_FAR, mask, match, format, class)
#define SLOW(name, mask, match, format, class) [STH_HART_CODE_##name] = &&slow,
#include "sth_hart_isa.def"
    };
    struct sth_hart_state *const s = &hart->state;
    uint32_t *const x = s->x;
    struct sth_hart_page *page;
    const struct sth_hart_op *op;
    const struct sth_hart_way *way;
    uint32_t addr, target, code;
    uint64_t retired, last; /* cycle in which `left` is 0 */
    int64_t left;           /* cycles before the run ends */

    hart->until = until;
    if (s->waiting && !sth_hart_pending(s) && s->cycles < until) {
        s->idle += until - s->cycles;
        s->cycles = until;
    }
settle:
    page = settle(hart);
    if (!page)
        return end(hart);
    left = (int64_t)(hart->until - s->cycles);
    if (left <= 0)
        left = INT64_MAX;
    last = s->cycles + (uint64_t)left;
    retired = s->retired;
    op = &page->op[sth_hart_page_place(s->pc)];
    DISPATCH();

#define LENGTH 4
#include "sth_hart_body.h"
#undef LENGTH
#define LENGTH 2
#include "sth_hart_body.h"
#undef LENGTH

near: /* a branch within the page is taken */
    left -= STH_HART_CYCLES_TAKEN;
    op += op->imm;
jumped:
    retired++;
    if (left <= 0 || (page->waits && !sth_hart_line_is_fetched(hart, PC())))
        goto leave;
    DISPATCH();

far: /* to target, which may be anywhere */
    retired++;
    if ((target ^ page->base) >= STH_HART_PAGE) {
        struct sth_hart_page *next = hart->near[sth_hart_way_index(target)];

        if (!next || next->base != (target & PAGE_MASK)) {
            s->pc = target;
            goto sync;
        }
        page = next;
    }
    op = &page->op[sth_hart_page_place(target)];
    if (left <= 0 || (page->waits && !sth_hart_line_is_fetched(hart, target)))
        goto leave;
    DISPATCH();

decode:
    sth_hart_page_decode(hart, page, (uint32_t)(op - page->op));
    DISPATCH();

prefix:
    code = page->prefix[op - page->op];
    if (code & STH_HART_PREFIX_LINE) {
        addr = PC();
        if (!(page->code[op - page->op] & STH_HART_COMPRESSED))
            addr += 2;
        if (!sth_hart_line_is_fetched(hart, addr)) {
            s->pc = PC();
            s->cycles = last - (uint64_t)left;
            s->retired = retired;
            s->cycles += sth_hart_line_fetch(hart, addr);
            goto settle;
        }
    }
    if (code & ~(uint32_t)STH_HART_PREFIX_LINE) {
        s->pc = PC();
        s->cycles = last - (uint64_t)left;
        s->retired = retired;
        if (!sth_hart_prefix(hart, page, (uint32_t)(op - page->op)))
            return end(hart);
    }
    DISPATCH_CODE(page->code[op - page->op]);

slow:
    s->pc = PC();
    s->cycles = last - (uint64_t)left;
    s->retired = retired;
    sth_hart_slow(hart, sth_hart_page_code(page, op), op);
    goto settle;

leave:
    s->pc = PC();
sync:
    s->cycles = last - (uint64_t)left;
    s->retired = retired;
    goto settle;
}

enum sth_hart_stop sth_hart_step(struct sth_hart *hart)
{
    const uint64_t retired = hart->state.retired, traps = hart->state.traps;
    enum sth_hart_stop why;

    do {
        why = sth_hart_run(hart, hart->state.cycles + 1);
    } while (why == STH_HART_STOP_TIME && hart->state.retired == retired &&
             hart->state.traps == traps);
    return why;
}
