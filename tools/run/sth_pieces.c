/* Pieces of a program: what a step adds to those before it. */
#include "sth_pieces.h"

#include <stdlib.h>
#include <string.h>

/* Templates that a piece is held against: the newest ones. */
enum { TRIED = 8 };

struct sth_pieces_operation {
    struct sth_pieces_array piece; /* struct sth_compiled_piece; .patch is the
                                      place in `patch` */
    struct sth_pieces_array patch;
    /* The steps that the next piece serves so far: words in the first of them,
     * and what each step adds once there are two. */
    uint32_t step, steps;
    uint32_t commands;
    uint32_t *word, *grow, *region;
};

static void *append(struct sth_pieces *p, struct sth_pieces_array *a,
                    uint32_t count)
{
    if (a->count + count > a->room) {
        const uint32_t room = 2 * a->room + count;
        uint8_t *larger = realloc(a->byte, room * a->size);

        if (!larger) {
            p->full = true;
            return NULL;
        }
        a->byte = larger;
        a->room = room;
    }
    a->count += count;
    return a->byte + (a->count - count) * a->size;
}

bool sth_pieces_init(struct sth_pieces *p, uint32_t operations)
{
    memset(p, 0, sizeof(*p));
    p->command.size = sizeof(struct sth_command);
    p->region.size = sizeof(uint32_t);
    p->operation = calloc(operations, sizeof(*p->operation));
    if (!p->operation)
        return false;
    p->operations = operations;
    for (uint32_t i = 0; i < operations; i++) {
        p->operation[i].piece.size = sizeof(struct sth_compiled_piece);
        p->operation[i].patch.size = sizeof(struct sth_compiled_patch);
    }
    return true;
}

static void forget(struct sth_pieces_operation *o)
{
    free(o->word);
    free(o->grow);
    free(o->region);
    o->word = o->grow = o->region = NULL;
    o->steps = 0;
}

void sth_pieces_fini(struct sth_pieces *p)
{
    for (uint32_t i = 0; i < p->operations; i++) {
        forget(&p->operation[i]);
        free(p->operation[i].piece.byte);
        free(p->operation[i].patch.byte);
    }
    free(p->operation);
    free(p->command.byte);
    free(p->region.byte);
    memset(p, 0, sizeof(*p));
}

/* ---- templates --------------------------------------------------------- */

static const uint32_t *template_of(const struct sth_pieces *p, uint32_t first)
{
    return (const uint32_t *)(const void *)p->command.byte +
           (size_t)first * STH_COMMAND_WORDS;
}

/* Patches that make a template of the commands; UINT32_MAX: no number does. */
static uint32_t patches_from(const struct sth_pieces *p,
                             const struct sth_pieces_operation *o,
                             const struct sth_compiled_piece *piece)
{
    const uint32_t *regions = (const uint32_t *)(const void *)p->region.byte;
    const uint32_t *word = template_of(p, piece->first);
    uint32_t count = 0;

    if (piece->commands != o->commands ||
        memcmp(regions + piece->first, o->region,
               o->commands * sizeof(*regions)) != 0)
        return UINT32_MAX;
    for (uint32_t i = 0; i < o->commands * STH_COMMAND_WORDS; i++)
        count += o->word[i] != word[i] || (o->grow && o->grow[i]);
    return count;
}

static uint32_t keep(struct sth_pieces *p, const struct sth_pieces_operation *o)
{
    void *command = append(p, &p->command, o->commands);
    void *region = append(p, &p->region, o->commands);

    if (!command || !region)
        return 0;
    memcpy(command, o->word, o->commands * sizeof(struct sth_command));
    memcpy(region, o->region, o->commands * sizeof(uint32_t));
    return p->command.count - o->commands;
}

/* The commands that the piece is made of: older ones where that is shorter. */
static uint32_t choose(struct sth_pieces *p,
                       const struct sth_pieces_operation *o)
{
    const struct sth_compiled_piece *piece =
        (const struct sth_compiled_piece *)(const void *)o->piece.byte;
    uint64_t least =
        (uint64_t)o->commands * (sizeof(struct sth_command) + sizeof(uint32_t));
    const uint32_t tried = o->piece.count < TRIED ? o->piece.count : TRIED;
    uint32_t first = UINT32_MAX;

    for (uint32_t i = o->piece.count - tried; i < o->piece.count; i++) {
        const uint64_t bytes = patches_from(p, o, &piece[i]) *
                               (uint64_t)sizeof(struct sth_compiled_patch);

        if (bytes < least) {
            least = bytes;
            first = piece[i].first;
        }
    }
    return first == UINT32_MAX ? keep(p, o) : first;
}

/* ---- pieces ------------------------------------------------------------ */

static void close_piece(struct sth_pieces *p, struct sth_pieces_operation *o)
{
    const uint32_t first = choose(p, o);
    struct sth_compiled_piece *piece;

    if (p->full)
        return;
    piece = append(p, &o->piece, 1);
    if (!piece)
        return;
    *piece = (struct sth_compiled_piece){.step = o->step,
                                         .first = first,
                                         .commands = o->commands,
                                         .patch = o->patch.count};
    for (uint32_t i = 0; i < o->commands * STH_COMMAND_WORDS; i++) {
        struct sth_compiled_patch patch = {.at = 4 * i,
                                           .add = o->word[i] -
                                                  template_of(p, first)[i],
                                           .grow = o->grow ? o->grow[i] : 0};
        void *to;

        if (patch.add == 0 && patch.grow == 0)
            continue;
        to = append(p, &o->patch, 1);
        if (to)
            memcpy(to, &patch, sizeof(patch));
    }
}

/* Whether the piece serves for one more step; of two it always does. */
static bool extends(struct sth_pieces *p, struct sth_pieces_operation *o,
                    const uint32_t *word, const uint32_t *region,
                    uint32_t commands)
{
    const size_t words = (size_t)commands * STH_COMMAND_WORDS;

    if (o->steps == 0 || commands != o->commands ||
        memcmp(region, o->region, commands * sizeof(*region)) != 0)
        return false;
    if (o->steps == 1) {
        o->grow = malloc((words + 1) * sizeof(*o->grow));
        p->full = p->full || !o->grow;
        for (size_t i = 0; o->grow && i < words; i++)
            o->grow[i] = word[i] - o->word[i];
        return true;
    }
    for (size_t i = 0; i < words; i++)
        if (word[i] != o->word[i] + o->grow[i] * o->steps)
            return false;
    return true;
}

void sth_pieces_add(struct sth_pieces *p, uint32_t operation, uint32_t step,
                    const struct sth_command *command, const uint32_t *region,
                    uint32_t commands)
{
    struct sth_pieces_operation *o = &p->operation[operation];

    if (p->full)
        return;
    if (extends(p, o, command->word, region, commands)) {
        o->steps++;
        return;
    }
    if (o->steps)
        close_piece(p, o);
    forget(o);
    o->word = malloc(commands * sizeof(*command) + 1);
    o->region = malloc(commands * sizeof(*region) + 1);
    if (!o->word || !o->region) {
        p->full = true;
        return;
    }
    memcpy(o->word, command, commands * sizeof(*command));
    memcpy(o->region, region, commands * sizeof(*region));
    o->commands = commands;
    o->step = step;
    o->steps = 1;
}

void sth_pieces_end(struct sth_pieces *p)
{
    for (uint32_t i = 0; i < p->operations && !p->full; i++) {
        close_piece(p, &p->operation[i]);
        forget(&p->operation[i]);
    }
}

void sth_pieces_count(const struct sth_pieces *p, uint32_t *pieces,
                      uint32_t *patches)
{
    *pieces = *patches = 0;
    for (uint32_t i = 0; i < p->operations; i++) {
        *pieces += p->operation[i].piece.count;
        *patches += p->operation[i].patch.count;
    }
}

void sth_pieces_write(const struct sth_pieces *p,
                      struct sth_compiled_piece *piece,
                      struct sth_compiled_patch *patch, uint32_t *first)
{
    uint32_t pieces = 0, patches = 0;

    for (uint32_t i = 0; i < p->operations; i++) {
        const struct sth_pieces_operation *o = &p->operation[i];

        memcpy(piece + pieces, o->piece.byte, o->piece.count * sizeof(*piece));
        for (uint32_t k = 0; k < o->piece.count; k++)
            piece[pieces + k].patch += patches;
        if (o->patch.count)
            memcpy(patch + patches, o->patch.byte,
                   o->patch.count * sizeof(*patch));
        *first++ = pieces;
        pieces += o->piece.count;
        patches += o->patch.count;
    }
    *first = pieces;
}
