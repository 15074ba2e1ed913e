/*
 * Files of lines "KEY FIELD...", which the flow of `make silicon` writes: a
 * blank between fields, and behind all others a line "end LINES" with their
 * number.
 */
#ifndef STH_SILICON_LINES_H
#define STH_SILICON_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A line as it is read. */
struct sth_silicon_line {
    const char *path;
    unsigned number;
    const char *key;
    char *rest; /* the fields that are still to be read */
    char *error;
    size_t error_size;
    bool good; /* false behind the first error, which stands in `error` */
};

/* Takes one line; what it leaves unread is an error of the line. */
typedef void sth_silicon_take(void *to, struct sth_silicon_line *line);

/*
 * Hands over every line of a file that `target` made.  False with a message,
 * which names line and field.
 */
bool sth_silicon_lines(const char *path, const char *target,
                       sth_silicon_take *take, void *to, char *error,
                       size_t error_size) __attribute__((warn_unused_result));

/*
 * Each takes the next field, behind an error none, and returns line->good.
 * Bounds are inclusive; a word holds size - 1 bytes at most.
 */
bool sth_silicon_word(struct sth_silicon_line *line, const char *field,
                      char *to, size_t size);
bool sth_silicon_count(struct sth_silicon_line *line, const char *field,
                       uint64_t least, uint64_t most, uint64_t *to);
bool sth_silicon_amount(struct sth_silicon_line *line, const char *field,
                        double most, double *to); /* from zero on */

/* A line that stands once and holds one text. */
struct sth_silicon_source {
    const char *key;
    char *to; /* empty until it is read */
    size_t size;
};

/* Whether it is one of these lines, taken or refused. */
bool sth_silicon_take_source(struct sth_silicon_line *line,
                             const struct sth_silicon_source *texts,
                             size_t count);

/* The key of the first that is empty, or NULL. */
const char *sth_silicon_missing(const struct sth_silicon_source *texts,
                                size_t count);

/* The line is refused: "field 'FIELD': WHY", or "WHY" without a field. */
void sth_silicon_refuse(struct sth_silicon_line *line, const char *field,
                        const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
