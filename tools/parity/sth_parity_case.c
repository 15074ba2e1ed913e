#include "sth_parity_case.h"

#include "sth_input.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    LINE_BYTES = 1024,
    COLUMNS = 7,
    WORDS_MAX = 8,
    SIZE_MAX_ELEMENTS = 1 << 20
};

struct parser {
    const char *path, *home;
    char dir[512]; /* of path */
    uint32_t line;
    char *error;
    size_t error_size;
};

static bool fail(struct parser *p, const char *format, ...)
{
    va_list args;
    int used = snprintf(p->error, p->error_size, "%s:%u: ", p->path, p->line);

    if (used < 0 || (size_t)used >= p->error_size)
        return false;
    va_start(args, format);
    vsnprintf(p->error + used, p->error_size - (size_t)used, format, args);
    va_end(args);
    return false;
}

static char *trim(char *text)
{
    char *end;

    while (isspace((unsigned char)*text))
        text++;
    end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1]))
        *--end = 0;
    return text;
}

/* Cuts `text` at `separator`; the number of parts, or max + 1 for more. */
static int split(char *text, char separator, char **part, int max)
{
    int count = 0;

    for (;;) {
        char *end = strchr(text, separator);

        if (count == max)
            return max + 1;
        if (end)
            *end = 0;
        part[count++] = trim(text);
        if (!end)
            return count;
        text = end + 1;
    }
}

/*
 * Reads a text such as "16+0" by a pattern in which 'n' stands for a whole
 * number and everything else for itself.
 */
static bool match(const char *text, const char *pattern, uint32_t *value)
{
    for (; *pattern; pattern++) {
        char *end;
        unsigned long number;

        if (*pattern != 'n') {
            if (*text++ != *pattern)
                return false;
            continue;
        }
        if (!isdigit((unsigned char)*text))
            return false;
        errno = 0;
        number = strtoul(text, &end, 10);
        if (errno || number > SIZE_MAX_ELEMENTS)
            return false;
        *value++ = (uint32_t)number;
        text = end;
    }
    return !*text;
}

static bool set_dtype(struct parser *p, struct sth_parity_workload *w,
                      const char *word, const char *a, const char *b)
{
    if (strcmp(word, a) && strcmp(word, b))
        return fail(p, "workload: '%s' is neither %s nor %s", word, a, b);
    snprintf(w->dtype, sizeof(w->dtype), "%s", word);
    return true;
}

static bool read_gemm(struct parser *p, struct sth_parity_workload *w,
                      char **word, int words)
{
    uint32_t n[3];

    w->kind = STH_PARITY_GEMM;
    if (words != 3)
        return fail(p, "workload: write gemm MxNxK bf16|int8");
    if (!match(word[1], "nxnxn", n) || !n[0] || !n[1] || !n[2])
        return fail(p, "workload: '%s' is no shape MxNxK of whole numbers",
                    word[1]);
    w->m = n[0];
    w->n = n[1];
    w->k = n[2];
    return set_dtype(p, w, word[2], "bf16", "int8");
}

static bool read_vector(struct parser *p, struct sth_parity_workload *w,
                        char **word, int words)
{
    char text[64], error[512];

    w->kind = STH_PARITY_VECTOR;
    if (words != 3 && words != 4)
        return fail(p, "workload: write vector OP SHAPE [bf16|fp32]");
    snprintf(text, sizeof(text), "%s:%s", word[1], word[2]);
    if (!sth_tracegen_op_parse(text, &w->alone, error, sizeof(error)))
        return fail(p, "workload: %s", error);
    if (!set_dtype(p, w, words == 4 ? word[3] : "bf16", "bf16", "fp32"))
        return false;
    w->alone.fp32 = !strcmp(w->dtype, "fp32");
    return true;
}

static bool read_batch(struct parser *p, struct sth_parity_workload *w,
                       char **word, int words)
{
    w->batch = 1;
    if (!words)
        return true;
    if (words != 2 || strcmp(word[0], "batch") ||
        !match(word[1], "n", &w->batch) || !w->batch)
        return fail(p, "workload: '%s' must be batch and a whole number",
                    word[0]);
    return true;
}

static bool read_attention(struct parser *p, struct sth_parity_workload *w,
                           char **word, int words)
{
    uint32_t n[3];

    w->kind = STH_PARITY_ATTENTION;
    if (words != 4 && words != 6)
        return fail(p, "workload: write attention SEQ+PAST HEADS/KVxDIM "
                       "causal|full [batch B]");
    if (!match(word[1], "n+n", n) || !n[0])
        return fail(p, "workload: '%s' is not SEQ+PAST", word[1]);
    w->seq = n[0];
    w->past = n[1];
    if (!match(word[2], "n/nxn", n) || !n[0] || !n[1] || !n[2])
        return fail(p, "workload: '%s' is not HEADS/KVxDIM", word[2]);
    if (n[0] % n[1])
        return fail(p, "workload: %u key heads do not divide %u heads", n[1],
                    n[0]);
    w->heads = n[0];
    w->kv_heads = n[1];
    w->dim = n[2];
    w->causal = !strcmp(word[3], "causal");
    if (!w->causal && strcmp(word[3], "full"))
        return fail(p, "workload: '%s' is neither causal nor full", word[3]);
    return read_batch(p, w, word + 4, words - 4);
}

static bool find_file(struct parser *p, char *path, size_t size,
                      const char *folder, const char *name, const char *end)
{
    snprintf(path, size, "%s/%s/%s%s", p->dir, folder, name, end);
    return !access(path, R_OK);
}

static bool read_model(struct parser *p, struct sth_parity_workload *w,
                       char **word, int words)
{
    uint32_t n;

    w->kind = STH_PARITY_MODEL;
    if (words != 5 && words != 7)
        return fail(p, "workload: write model NAME prefill|decode N "
                       "bf16|int8 [batch B]");
    if (!find_file(p, w->path, sizeof(w->path), "models", word[1], ".json")) {
        snprintf(w->path, sizeof(w->path), "%s/configs/models/%s.json", p->home,
                 word[1]);
        if (access(w->path, R_OK))
            return fail(p, "workload: there is no model '%s'", word[1]);
    }
    if (strcmp(word[2], "prefill") && strcmp(word[2], "decode"))
        return fail(p, "workload: '%s' is neither prefill nor decode", word[2]);
    if (!match(word[3], "n", &n) || !n)
        return fail(p, "workload: '%s' is no number of tokens", word[3]);
    w->seq = *word[2] == 'p' ? n : 1;
    w->past = *word[2] == 'p' ? 0 : n;
    return set_dtype(p, w, word[4], "bf16", "int8") &&
           read_batch(p, w, word + 5, words - 5);
}

static bool read_file(struct parser *p, struct sth_parity_workload *w,
                      char **word, int words)
{
    w->kind = STH_PARITY_FILE;
    if (words != 2)
        return fail(p, "workload: write file NAME.trace");
    if (!find_file(p, w->path, sizeof(w->path), "traces", word[1], ""))
        return fail(p, "workload: there is no trace '%s'", w->path);
    return true;
}

static bool read_workload(struct parser *p, struct sth_parity_case *c,
                          const char *text)
{
    static const struct {
        const char *name;
        bool (*read)(struct parser *p, struct sth_parity_workload *w,
                     char **word, int words);
    } kinds[] = {
        {"gemm", read_gemm},           {"vector", read_vector},
        {"attention", read_attention}, {"model", read_model},
        {"file", read_file},
    };
    char copy[sizeof(c->text)], *word[WORDS_MAX], *place;
    int words = 0;

    if (strlen(text) >= sizeof(copy))
        return fail(p, "workload: more than %zu characters", sizeof(copy) - 1);
    snprintf(c->text, sizeof(c->text), "%s", text);
    snprintf(copy, sizeof(copy), "%s", text);
    for (char *w = strtok_r(copy, " \t", &place); w;
         w = strtok_r(NULL, " \t", &place)) {
        if (words == WORDS_MAX)
            return fail(p, "workload: more than %d words", WORDS_MAX);
        word[words++] = w;
    }
    for (size_t i = 0; words && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (!strcmp(word[0], kinds[i].name))
            return kinds[i].read(p, &c->work, word, words);
    return fail(p,
                "workload: '%s' is none of gemm, vector, attention, model and "
                "file",
                words ? word[0] : "");
}

static bool read_memory(struct parser *p, struct sth_parity_case *c,
                        const char *memory, const char *stalls)
{
    char why[512];

    snprintf(c->memory_text, sizeof(c->memory_text), "%s", memory);
    snprintf(c->stalls_text, sizeof(c->stalls_text), "%s", stalls);
    if (!sth_mem_config_parse(&c->config.memory, memory, why, sizeof(why)) ||
        (strcmp(stalls, "-") &&
         !sth_mem_config_parse_stalls(&c->config.memory, stalls, why,
                                      sizeof(why))))
        return fail(p, "%s", why);
    return true;
}

static bool read_name(struct parser *p, struct sth_parity_case *c,
                      const char *name, const struct sth_parity_cases *all)
{
    if (!*name || strlen(name) >= sizeof(c->name) ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") != strlen(name))
        return fail(p, "name: '%s' must be 1 to %zu of a-z, 0-9, '.' and '-'",
                    name, sizeof(c->name) - 1);
    for (uint32_t i = 0; i < all->count; i++)
        if (!strcmp(all->list[i].name, name))
            return fail(p, "name: '%s' stands already in line %u", name,
                        all->list[i].line);
    snprintf(c->name, sizeof(c->name), "%s", name);
    return true;
}

static bool read_case(struct parser *p, struct sth_parity_case *c, char *text,
                      const struct sth_parity_cases *all)
{
    char *column[COLUMNS], *end, why[512];
    int columns = split(text, '|', column, COLUMNS);

    if (columns != COLUMNS)
        return fail(p,
                    "a case has %d columns: name | quick/full | workload | "
                    "configuration | memory | stalls or - | tolerance %%",
                    COLUMNS);
    memset(c, 0, sizeof(*c));
    c->line = p->line;
    if (!read_name(p, c, column[0], all))
        return false;
    c->quick = !strcmp(column[1], "quick");
    if (!c->quick && strcmp(column[1], "full"))
        return fail(p, "'%s' is neither quick nor full", column[1]);
    if (!read_workload(p, c, column[2]))
        return false;
    sth_config_path(column[3], p->home, c->config_path, sizeof(c->config_path));
    if (!sth_config_find(column[3], p->home, &c->config, why, sizeof(why)))
        return fail(p, "%s", why);
    if (sth_mem_config_file(&c->config.memory))
        strcpy(c->config_memory, c->config.memory.name);
    if (!read_memory(p, c, column[4], column[5]))
        return false;
    c->tolerance = strtod(column[6], &end);
    if (end == column[6] || *end || !(c->tolerance > 0) ||
        !(c->tolerance <= 100))
        return fail(p, "tolerance: '%s' is no percentage above 0 and up to 100",
                    column[6]);
    return true;
}

static bool read_line(struct parser *p, struct sth_parity_cases *cases,
                      char *text)
{
    struct sth_parity_case *list;
    char *comment = strchr(text, '#');

    if (comment)
        *comment = 0;
    text = trim(text);
    if (!*text)
        return true;
    list = realloc(cases->list, (cases->count + 1) * sizeof(*list));
    if (!list)
        return fail(p, "out of memory");
    cases->list = list;
    if (!read_case(p, &list[cases->count], text, cases))
        return false;
    cases->count++;
    return true;
}

bool sth_parity_cases_load(const char *path, const char *home,
                           struct sth_parity_cases *cases, char *error,
                           size_t error_size)
{
    struct parser p = {path, home, "", 0, error, error_size};
    const char *slash = strrchr(path, '/');
    FILE *file = sth_input_open(path, error, error_size);
    char text[LINE_BYTES];
    bool good = true;

    memset(cases, 0, sizeof(*cases));
    snprintf(p.dir, sizeof(p.dir), "%.*s", slash ? (int)(slash - path) : 1,
             slash ? path : ".");
    if (!file)
        return false;
    while (good && fgets(text, sizeof(text), file)) {
        p.line++;
        if (strlen(text) == sizeof(text) - 1)
            good = fail(&p, "the line has more than %d characters",
                        LINE_BYTES - 2);
        else
            good = read_line(&p, cases, text);
    }
    if (good && ferror(file))
        good = fail(&p, "cannot be read");
    if (good && !cases->count)
        good = fail(&p, "there is no case in this file");
    fclose(file);
    if (!good)
        sth_parity_cases_fini(cases);
    return good;
}

void sth_parity_cases_fini(struct sth_parity_cases *cases)
{
    free(cases->list);
    memset(cases, 0, sizeof(*cases));
}
