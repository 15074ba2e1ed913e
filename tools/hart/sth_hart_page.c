#include "sth_hart_page.h"

#include "sth_hart_window.h"

#include <stdlib.h>
#include <string.h>

struct sth_hart_page *sth_hart_page_at(struct sth_hart *hart, uint32_t pc)
{
    const uint32_t number = sth_hart_window_at(hart, pc);
    const struct sth_hart_window *window;
    struct sth_hart_page **slot, *page;

    if (number == STH_HART_NO_WINDOW)
        return NULL;
    window = &hart->config.window[number];
    slot = &hart->side[number].page[sth_hart_window_page(window, pc)];
    if (!*slot) {
        page = calloc(1, sizeof(*page));
        if (!page) {
            hart->stop = STH_HART_STOP_NO_MEMORY;
            return NULL;
        }
        page->base = pc - pc % STH_HART_PAGE;
        page->waits = sth_hart_window_waits(window);
        page->op[STH_HART_HALVES].code = STH_HART_CODE_NEXT_PAGE;
        page->op[STH_HART_HALVES + 1].code = STH_HART_CODE_NEXT_PAGE;
        *slot = page;
    }
    hart->near[sth_hart_way_index(pc)] = *slot;
    return *slot;
}

/* A halfword of an instruction; from now on stores into it are noticed. */
static bool fetch(struct sth_hart *hart, uint32_t addr, uint32_t *half)
{
    const uint32_t number = sth_hart_window_at(hart, addr);
    const struct sth_hart_window *window;
    uint16_t value;

    if (number == STH_HART_NO_WINDOW)
        return false;
    window = &hart->config.window[number];
    hart->side[number].flags[sth_hart_window_page(window, addr)] |=
        STH_HART_PAGE_CODE;
    sth_hart_window_close_write(hart, addr);
    memcpy(&value, sth_hart_window_host(window, addr), sizeof(value));
    *half = value;
    return true;
}

static uint8_t prefix(const struct sth_hart *hart,
                      const struct sth_hart_page *page, uint32_t place,
                      const struct sth_hart_op *op)
{
    const uint32_t line = (1u << hart->line_shift) / 2; /* in places */
    const uint32_t code = op->code & ~(uint32_t)STH_HART_COMPRESSED;
    const uint32_t last =
        place + (op->code & STH_HART_COMPRESSED ? 0 : 1); /* its halfword */
    const uint32_t pc = page->base + 2 * place;
    unsigned flags = 0;

    if (page->waits && code != STH_HART_CODE_NO_FETCH &&
        (place % line == 0 || place / line != last / line))
        flags |= STH_HART_PREFIX_LINE;
    for (uint32_t i = 0; i < hart->breaks; i++)
        if (hart->break_pc[i] == pc)
            flags |= STH_HART_PREFIX_BREAK;
    if (hart->stack_limit && (op->rs1 == 2 || op->rs2 == 2) &&
        !(code >= STH_HART_CODE_CSRRWI && code <= STH_HART_CODE_CSRRCI))
        flags |= STH_HART_PREFIX_STACK;
    if (hart->profiled)
        flags |= STH_HART_PREFIX_COUNT;
    return (uint8_t)flags;
}

void sth_hart_page_decode(struct sth_hart *hart, struct sth_hart_page *page,
                          uint32_t place)
{
    const uint32_t pc = page->base + 2 * place;
    struct sth_hart_op *op = &page->op[place];
    uint32_t low = 0, high = 0;

    (void)fetch(hart, pc, &low);
    if (sth_hart_op_bytes(low) == 4 && !fetch(hart, pc + 2, &high))
        *op = (struct sth_hart_op){.code = STH_HART_CODE_NO_FETCH,
                                   .imm = (int32_t)(pc + 2)};
    else
        sth_hart_op_decode(op, high << 16 | low, pc);
    page->prefix[place] = prefix(hart, page, place, op);
    if (page->prefix[place]) {
        page->code[place] = op->code;
        op->code = STH_HART_CODE_PREFIX;
    }
}

/* The decoded page of an address; NULL: none. */
static struct sth_hart_page *decoded(const struct sth_hart *hart, uint32_t addr)
{
    const uint32_t number = sth_hart_window_at(hart, addr);

    if (number == STH_HART_NO_WINDOW)
        return NULL;
    return hart->side[number]
        .page[sth_hart_window_page(&hart->config.window[number], addr)];
}

void sth_hart_page_forget(struct sth_hart *hart, uint32_t addr, uint32_t bytes)
{
    /* An instruction of 4 bytes may begin a halfword before. */
    uint64_t at = addr < 2 ? 0 : (addr & ~1u) - 2;
    const uint64_t end = (uint64_t)addr + bytes;

    while (at < end) {
        struct sth_hart_page *page = decoded(hart, (uint32_t)at);
        const uint64_t next = (at / STH_HART_PAGE + 1) * STH_HART_PAGE;

        for (; page && at < next && at < end; at += 2)
            page->op[sth_hart_page_place((uint32_t)at)].code =
                STH_HART_CODE_DECODE;
        at = next;
    }
}

/* Calls for each page there is. */
static void each(struct sth_hart *hart,
                 void (*call)(struct sth_hart_side *side, uint32_t page))
{
    for (uint32_t i = 0; i < hart->config.windows; i++) {
        const uint32_t pages = hart->config.window[i].bytes / STH_HART_PAGE;

        for (uint32_t p = 0; hart->side[i].page && p < pages; p++)
            if (hart->side[i].page[p])
                call(&hart->side[i], p);
    }
}

static void forget(struct sth_hart_side *side, uint32_t page)
{
    for (uint32_t i = 0; i < STH_HART_HALVES; i++)
        side->page[page]->op[i].code = STH_HART_CODE_DECODE;
    side->flags[page] &= (uint8_t)~STH_HART_PAGE_CODE;
}

void sth_hart_page_forget_all(struct sth_hart *hart)
{
    each(hart, forget);
}

static void discard(struct sth_hart_side *side, uint32_t page)
{
    free(side->page[page]->count);
    free(side->page[page]);
    side->page[page] = NULL;
}

void sth_hart_page_fini(struct sth_hart *hart)
{
    each(hart, discard);
    memset(hart->near, 0, sizeof(hart->near));
}
