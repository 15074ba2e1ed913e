/* The commands of a program as text and as JSON. */
#include "sth_listing.h"

#include "sth_disasm.h"
#include "sth_report_head.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

bool sth_listing_open(struct sth_listing *l, const char *path, const void *file,
                      size_t bytes, char *error, size_t error_size)
{
    struct sth_compiled_error where;
    struct sth_trace_error wrong;
    size_t bound, text_bytes;

    memset(l, 0, sizeof(*l));
    l->path = path;
    if (sth_compiled_open(&l->program, file, bytes, &where)) {
        snprintf(error, error_size, "%s: byte %" PRIu64 ": %s", path,
                 where.offset, where.what);
        return false;
    }
    text_bytes = l->program.header->text_bytes;
    bound = sth_trace_arena_bound(l->program.text, text_bytes);
    l->owned = malloc(bound);
    if (!l->owned) {
        snprintf(error, error_size, "%s: out of memory", path);
        return false;
    }
    if (sth_trace_parse(&l->trace, l->program.text, text_bytes, l->owned, bound,
                        &wrong)) {
        snprintf(error, error_size, "%s: line %" PRIu32 " of its trace: %s",
                 path, wrong.line, wrong.message);
        return false;
    }
    if (l->trace.tensors == l->program.header->regions &&
        l->trace.ops == l->program.header->operations)
        return true;
    snprintf(error, error_size, "%s: its trace is of another program", path);
    return false;
}

void sth_listing_close(struct sth_listing *l)
{
    free(l->owned);
    memset(l, 0, sizeof(*l));
}

/* An operation in a step. */
struct stretch {
    uint32_t step, operation;
    const char *name, *kind;
    const struct sth_compiled_piece *piece;
    uint32_t patches;
    const uint32_t *region;
    struct sth_command *command; /* as they are played; free() them */
};

static bool read_stretch(const struct sth_listing *l, uint32_t step,
                         uint32_t operation, struct stretch *s)
{
    const struct sth_compiled *p = &l->program;
    const uint32_t index = sth_compiled_find(p, step, operation);
    const uint32_t end = sth_compiled_patch_end(p, index);
    const bool last = operation == l->trace.ops;

    *s = (struct stretch){.step = step,
                          .operation = operation,
                          .name = last ? "end" : l->trace.op[operation].name,
                          .piece = &p->piece[index]};
    s->kind = last ? "end" : sth_trace_kind_text(l->trace.op[operation].kind);
    if (!*s->name)
        s->name = s->kind;
    s->patches = end - s->piece->patch;
    s->region = p->region + s->piece->first;
    s->command = malloc(s->piece->commands * sizeof(*s->command) + 1);
    if (!s->command)
        return false;
    memcpy(s->command, p->command + s->piece->first,
           s->piece->commands * sizeof(*s->command));
    for (uint32_t i = s->piece->patch; i < end; i++)
        s->command[p->patch[i].at / STH_COMMAND_BYTES]
            .word[p->patch[i].at % STH_COMMAND_BYTES / 4] +=
            p->patch[i].add + p->patch[i].grow * (step - s->piece->step);
    return true;
}

/* Prints every stretch of some steps. */
static bool print_all(FILE *out, struct sth_listing *l, uint32_t first,
                      uint32_t last,
                      void (*print)(FILE *out, const struct sth_listing *l,
                                    const struct stretch *s, uint32_t index))
{
    for (uint32_t step = first; step < last; step++) {
        uint32_t index = 0;

        sth_trace_set_step(&l->trace, step);
        for (uint32_t i = 0; i <= l->trace.ops; i++) {
            struct stretch s;

            if (!read_stretch(l, step, i, &s))
                return false;
            print(out, l, &s, index);
            index += s.piece->commands;
            free(s.command);
        }
    }
    return true;
}

static const char *region_name(const struct sth_listing *l, uint32_t region)
{
    return region == STH_COMPILED_NOWHERE ? "" : l->trace.tensor[region].name;
}

/* ---- text -------------------------------------------------------------- */

static void print_text(FILE *out, const struct sth_listing *l,
                       const struct stretch *s, uint32_t index)
{
    fprintf(out, "\nstep %" PRIu32 ", %s", s->step, s->name);
    if (strcmp(s->name, s->kind) != 0)
        fprintf(out, " (%s)", s->kind);
    fprintf(out,
            ": %" PRIu32 " commands from %" PRIu32 " on, %" PRIu32
            " words patched\n",
            s->piece->commands, s->piece->first, s->patches);
    for (uint32_t i = 0; i < s->piece->commands; i++) {
        char text[STH_DISASM_BYTES];

        sth_disasm_in(&s->command[i], region_name(l, s->region[i]), text,
                      sizeof(text));
        fprintf(out, "%6" PRIu32 "  %s\n", index + i, text);
    }
}

bool sth_listing_text(FILE *out, struct sth_listing *l, uint32_t first,
                      uint32_t last)
{
    const struct sth_compiled_header *h = l->program.header;

    fprintf(out,
            "%s: for '%s' (0x%08" PRIx32 "), %" PRIu32 " operations, %" PRIu32
            " steps; holds %" PRIu32 " commands, %" PRIu32 " pieces, %" PRIu32
            " patches\n",
            l->path, h->config, h->hash, h->operations, h->steps, h->commands,
            h->pieces, h->patches);
    return print_all(out, l, first, last, print_text);
}

/* ---- JSON -------------------------------------------------------------- */

static json_t *command_object(const struct sth_listing *l,
                              const struct stretch *s, uint32_t i)
{
    const struct sth_command *c = &s->command[i];
    char text[STH_DISASM_BYTES];
    json_t *words = json_array(), *object;

    sth_disasm_in(c, region_name(l, s->region[i]), text, sizeof(text));
    for (uint32_t w = 0; w < STH_COMMAND_WORDS; w++)
        json_array_append_new(words, json_integer(c->word[w]));
    object = json_pack("{s:s, s:o}", "text", text, "words", words);
    if (s->region[i] != STH_COMPILED_NOWHERE) {
        const uint64_t offset = sth_command_memory(c);

        json_object_set_new(object, "tensor",
                            json_string(region_name(l, s->region[i])));
        json_object_set_new(object, "offset", json_integer((json_int_t)offset));
    }
    return object;
}

static void print_json(FILE *out, const struct sth_listing *l,
                       const struct stretch *s, uint32_t index)
{
    json_t *commands = json_array(), *object;

    for (uint32_t i = 0; i < s->piece->commands; i++)
        json_array_append_new(commands, command_object(l, s, i));
    object = json_pack("{s:i, s:i, s:o, s:s, s:i, s:i, s:i, s:i, s:o}", "step",
                       (int)s->step, "operation", (int)s->operation, "name",
                       sth_report_string(s->name), "kind", s->kind, "index",
                       (int)index, "stored_at", (int)s->piece->first, "since",
                       (int)s->piece->step, "patches", (int)s->patches,
                       "commands", commands);
    json_dumpf(object, out, 0);
    fputs(s->operation < l->trace.ops ? ",\n" : "\n", out);
    json_decref(object);
}

bool sth_listing_json(FILE *out, struct sth_listing *l, uint32_t first,
                      uint32_t last)
{
    const struct sth_compiled_header *h = l->program.header;
    json_t *head = json_pack(
        "{s:o, s:o, s:o, s:I, s:i, s:i, s:i, s:i, s:i}", "version",
        sth_report_version(), "program", sth_report_string(l->path), "config",
        sth_report_string(h->config), "hash", (json_int_t)h->hash, "operations",
        (int)h->operations, "steps", (int)h->steps, "commands",
        (int)h->commands, "pieces", (int)h->pieces, "patches", (int)h->patches);
    bool good = head != NULL;

    fputs("{\"head\": ", out);
    json_dumpf(head, out, 0);
    json_decref(head);
    fputs(", \"stretches\": [\n", out);
    for (uint32_t step = first; good && step < last; step++) {
        if (step > first)
            fputs(",", out);
        good = print_all(out, l, step, step + 1, print_json);
    }
    fputs("]}\n", out);
    return good && !ferror(out);
}
