/*
 * Pages of decoded instructions.
 *
 * Each halfword of a page has a place for the instruction that begins there,
 * decoded when it is reached first.  What is to be looked at in front of an
 * instruction stands beside it, and costs nothing elsewhere.
 */
#ifndef STH_HART_PAGE_H
#define STH_HART_PAGE_H

#include "sth_hart.h"

/* In front of an instruction. */
enum {
    STH_HART_PREFIX_LINE = 1,  /* its last halfword may be in a new line */
    STH_HART_PREFIX_BREAK = 2, /* a breakpoint */
    STH_HART_PREFIX_STACK = 4, /* it uses sp */
    STH_HART_PREFIX_COUNT = 8  /* it is counted */
};

struct sth_hart_page {
    uint32_t base;
    bool waits; /* lines of it take time */
    /* Behind the page stand two places that say so. */
    struct sth_hart_op op[STH_HART_HALVES + 2];
    /* Of a place whose code is STH_HART_CODE_PREFIX. */
    uint8_t code[STH_HART_HALVES], prefix[STH_HART_HALVES];
    uint64_t *count; /* NULL: nothing counted */
};

/* The place of an address in the page. */
static inline uint32_t sth_hart_page_place(uint32_t pc)
{
    return pc % STH_HART_PAGE / 2;
}

/* What is to be done at an address, without what is to be looked at. */
static inline uint32_t sth_hart_page_code(const struct sth_hart_page *page,
                                          const struct sth_hart_op *op)
{
    return op->code == STH_HART_CODE_PREFIX ? page->code[op - page->op]
                                            : op->code;
}

/* The page of an address.  NULL: it is in no window, or, with hart->stop, the
 * host is out of memory. */
struct sth_hart_page *sth_hart_page_at(struct sth_hart *hart, uint32_t pc);

/* Decodes what stands at a place. */
void sth_hart_page_decode(struct sth_hart *hart, struct sth_hart_page *page,
                          uint32_t place);

/* Bytes have changed, or what is asked of the instructions in them. */
void sth_hart_page_forget(struct sth_hart *hart, uint32_t addr, uint32_t bytes);

/* The same for all of memory. */
void sth_hart_page_forget_all(struct sth_hart *hart);

void sth_hart_page_fini(struct sth_hart *hart);

#endif
