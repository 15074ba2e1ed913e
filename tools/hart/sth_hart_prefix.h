/* What is looked at in front of an instruction, besides its lines. */
#ifndef STH_HART_PREFIX_H
#define STH_HART_PREFIX_H

#include "sth_hart_page.h"

/*
 * state.pc is the instruction's, retired and cycles are up to date.  False: the
 * run is to stop in front of it; the same place is passed when it goes on.
 */
bool sth_hart_prefix(struct sth_hart *hart, struct sth_hart_page *page,
                     uint32_t place);

#endif
