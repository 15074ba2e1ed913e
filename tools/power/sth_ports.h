/*
 * What happened at the ports of a chip, cycle by cycle, as text:
 *
 *   port NAME WIDTH      one for each, numbered from 0 in this order
 *   cycle N              from here on in cycle N and later
 *   INDEX BITS           the port's new value, highest bit first
 *   end N                the first cycle that is not recorded
 */
#ifndef STH_PORTS_H
#define STH_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { STH_PORTS_MAX = 128, STH_PORTS_WIDTH = 4096 };

struct sth_ports {
    FILE *file;
    const char *path;
    unsigned line; /* read last */
    uint32_t count;
    struct {
        char name[64];
        uint32_t width;
        char *bit; /* '0' or '1', highest first; all '0' before the first */
    } port[STH_PORTS_MAX];
    uint64_t cycle; /* the one that `bit` shows, after sth_ports_next() */
    uint64_t first; /* recorded */
    uint64_t due;   /* where the next change stands; `end` when there is none */
    uint64_t end;   /* known once the file is read through */
    bool begun, done, bad;
};

/* False with a message, which names the line where there is one.
 * sth_ports_close() releases either way. */
bool sth_ports_open(struct sth_ports *ports, const char *path, char *error,
                    size_t error_size) __attribute__((warn_unused_result));
void sth_ports_close(struct sth_ports *ports);

/*
 * Goes to the next cycle; false behind the last one, or at a line that is not
 * of a record, `line`, which sets `bad`.
 */
bool sth_ports_next(struct sth_ports *ports);

/* The message where `bad` is set. */
void sth_ports_explain(const struct sth_ports *ports, char *error,
                       size_t error_size);

/* The index of a port, or -1. */
int sth_ports_find(const struct sth_ports *ports, const char *name);

/* A port of one bit; one that is not recorded is false. */
bool sth_ports_is(const struct sth_ports *ports, int port);

#endif
