/*
 * Loads a program for the processor: a 32-bit little-endian RISC-V ELF file,
 * statically linked.  The file may be anything; nothing of it is trusted.
 */
#ifndef STH_VP_ELF_H
#define STH_VP_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Memory that can be loaded into. */
struct sth_vp_place {
    const char *name;
    uint32_t base, bytes;
    uint8_t *host;
};

struct sth_vp_image {
    uint32_t entry;
    uint32_t bytes;       /* loaded, of all parts */
    uint32_t end;         /* behind the last byte loaded or cleared in the last
                             place */
    uint32_t stack_limit; /* symbol __stack_limit; 0: there is none */
};

/*
 * Puts each loadable part where its physical address says, and zeros where it
 * is longer in memory than in the file.  On failure writes a sentence into
 * error and returns false; memory may hold some of the parts then.
 */
bool sth_vp_elf_load(struct sth_vp_image *image, const void *file, size_t bytes,
                     const struct sth_vp_place *place, uint32_t places,
                     char *error, size_t error_size);

#ifdef __cplusplus
}
#endif

#endif
