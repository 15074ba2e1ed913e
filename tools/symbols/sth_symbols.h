/*
 * What an address of a program means to who wrote it: function, file and line,
 * inlined calls too, and who called; from the ELF file's symbols and DWARF, by
 * libdw.  Any file is taken; what it does not tell stays unknown.
 */
#ifndef STH_SYMBOLS_H
#define STH_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { STH_SYMBOLS_INLINED = 8 };

/* A place in the source. */
struct sth_symbol {
    const char *function; /* NULL: not known */
    const char *file;     /* NULL: not known */
    uint32_t line;        /* 0: not known */
};

struct sth_symbols;

/* The bytes are copied.  On failure returns NULL and writes a sentence. */
struct sth_symbols *sth_symbols_open(const void *file, size_t bytes,
                                     char *error, size_t error_size);
void sth_symbols_close(struct sth_symbols *symbols);

/*
 * The places of an instruction, that of the innermost inlined call first;
 * returns how many, at least one.  Texts live as long as the symbols do.
 */
uint32_t sth_symbols_find(struct sth_symbols *symbols, uint32_t pc,
                          struct sth_symbol place[STH_SYMBOLS_INLINED]);

/* A word of the program's memory; false: there is none. */
typedef bool sth_symbols_read(void *user, uint32_t addr, uint32_t *value);

/*
 * pc, and an address in each of the calls that led there, the last first, as
 * far as they can be told from the registers; at most `most`, at least one.
 */
uint32_t sth_symbols_unwind(struct sth_symbols *symbols, uint32_t pc,
                            const uint32_t x[32], sth_symbols_read *read,
                            void *user, uint32_t *calls, uint32_t most);

/* Where the value of a symbol is; false: there is none. */
bool sth_symbols_value(struct sth_symbols *symbols, const char *name,
                       uint32_t *value);

/* Calls for each stretch of addresses that holds instructions. */
void sth_symbols_code(struct sth_symbols *symbols,
                      void (*call)(void *user, uint32_t addr, uint32_t bytes),
                      void *user);

#ifdef __cplusplus
}
#endif

#endif
