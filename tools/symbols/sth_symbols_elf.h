/* An ELF file with its DWARF, as libdw has them. */
#ifndef STH_SYMBOLS_ELF_H
#define STH_SYMBOLS_ELF_H

#include "sth_symbols.h"

#include <elfutils/libdw.h>
#include <gelf.h>

struct sth_symbols {
    char *bytes;
    Elf *elf;
    Dwarf *dwarf;    /* NULL: there is none */
    Dwarf_CFI *cfi;  /* NULL: there is none; the dwarf's */
    Elf_Data *table; /* of symbols; NULL: there is none */
    size_t entries;
    size_t names; /* section of their names */
};

#endif
