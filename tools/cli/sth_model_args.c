/* The options of a model. */
#include "sth_model_args.h"

#include "sth_cmd.h"
#include "sth_input.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { NOTES_MAX = 4600, TOKENS_MAX = STH_TRACEGEN_TOKENS_MAX };

static int ascending(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* "N" or "N,N,...", one for each sequence: they stand in ascending order. */
static bool take_past(struct sth_model_args *m, const char *text,
                      bool has_batch)
{
    struct sth_trace_request *q = &m->request;
    uint32_t count = 0;
    char *end;

    m->pasts = calloc(strlen(text) / 2 + 1, sizeof(*m->pasts));
    if (!m->pasts) {
        sth_cmd_error("out of memory");
        return false;
    }
    do {
        const unsigned long past = strtoul(text, &end, 10);

        if (*text < '0' || *text > '9' || past > TOKENS_MAX ||
            (*end && *end != ',')) {
            sth_cmd_error("option --past: '%s' is no whole number from 0 to "
                          "%d, nor several with commas between them",
                          text, TOKENS_MAX);
            return false;
        }
        m->pasts[count++] = (uint32_t)past;
        text = end + 1;
    } while (*end);
    qsort(m->pasts, count, sizeof(*m->pasts), ascending);
    q->past = m->pasts[count - 1];
    if (count == 1)
        return true;
    if (has_batch && q->batch != count) {
        sth_cmd_error("option --past has %" PRIu32 " numbers for the %" PRIu32
                      " sequences of --batch",
                      count, q->batch);
        return false;
    }
    q->batch = count;
    if (m->pasts[0] != q->past)
        q->pasts = m->pasts;
    return true;
}

bool sth_model_args_take(struct sth_model_args *m, const struct sth_args *args,
                         enum sth_option_id first)
{
#define NUMBER_OF(ID) ((uint32_t)args->number[STH_MODEL_OPTION(first, ID)])
#define GIVEN(ID) (args->given[STH_MODEL_OPTION(first, ID)] > 0)
    *m = (struct sth_model_args){
        .name = args->text[first],
        .ignored = {args->repeat, args->repeats},
        .request =
            {
                .seq = NUMBER_OF(SEQ),
                .batch = NUMBER_OF(BATCH),
                .layers = NUMBER_OF(LAYERS),
                .int8 = args->word[STH_MODEL_OPTION(first, DTYPE)] == 1,
                .whole = GIVEN(WHOLE),
                .all_logits = GIVEN(ALL_LOGITS),
                .topk = NUMBER_OF(TOPK),
            },
        .has_seq = GIVEN(SEQ),
        .has_past = GIVEN(PAST),
        .has_layers = GIVEN(LAYERS),
        .experts = args->text[STH_MODEL_OPTION(first, EXPERTS)],
    };
    if ((m->request.all_logits || GIVEN(TOPK)) && !m->request.whole) {
        sth_cmd_error("option --%s needs --whole",
                      m->request.all_logits ? "all-logits" : "topk");
        return false;
    }
    return take_past(m, args->text[STH_MODEL_OPTION(first, PAST)],
                     GIVEN(BATCH));
}

/* A number for each expert, from a file. */
static bool read_shares(const char *path, double *shares, uint32_t count)
{
    char error[4600], more;
    FILE *file = sth_input_open(path, error, sizeof(error));
    uint32_t read = 0;
    bool good;

    if (!file) {
        sth_cmd_error("option --experts: %s", error);
        return false;
    }
    while (read < count && fscanf(file, "%lf", &shares[read]) == 1 &&
           shares[read] > 0 && shares[read] < 1e12)
        read++;
    good = read == count && fscanf(file, " %c", &more) == EOF;
    fclose(file);
    if (!good)
        sth_cmd_error("option --experts: %s must hold %" PRIu32
                      " positive numbers, one for each expert",
                      path, count);
    return good;
}

/* "balanced", "uniform", "zipf:S" or a file. */
static bool take_experts(struct sth_model_args *m)
{
    const uint32_t count = m->model.experts;
    struct sth_trace_experts *x = &m->request.experts;
    double exponent = 0;
    char *end;

    if (!m->experts)
        return true;
    if (!count) {
        sth_cmd_error("option --experts: %s has no experts", m->model.type);
        return false;
    }
    x->balanced = !strcmp(m->experts, "balanced");
    if (x->balanced || !strcmp(m->experts, "uniform"))
        return true;
    m->shares = malloc(count * sizeof(*m->shares));
    x->shares = m->shares;
    if (!m->shares) {
        sth_cmd_error("out of memory");
        return false;
    }
    if (strncmp(m->experts, "zipf:", 5) != 0)
        return read_shares(m->experts, m->shares, count);
    exponent = strtod(m->experts + 5, &end);
    if (end == m->experts + 5 || *end || !(exponent >= 0) || exponent > 8) {
        sth_cmd_error("option --experts: '%s' is not zipf:S with S from 0 to 8",
                      m->experts);
        return false;
    }
    for (uint32_t e = 0; e < count; e++)
        m->shares[e] = pow(e + 1, -exponent);
    return true;
}

/* What a whole model needs beside its layers. */
static bool check_ends(struct sth_model_args *m)
{
    struct sth_model_ends *e = &m->model.ends;

    if (!m->request.whole)
        return true;
    if (e->unwritten) {
        sth_cmd_error("option --whole: what %s's field '%s' says of embedding "
                      "or vocabulary is not written; --ignore %s takes it for "
                      "one that does not matter",
                      m->model.type, e->unwritten, e->unwritten);
        return false;
    }
    if (!e->vocab) {
        e->vocab = e->usual;
        fprintf(stderr,
                "systolith: note: %s: field 'vocab_size' is missing; %" PRIu32
                " is taken, the family's own default\n",
                m->model.type, e->vocab);
    }
    if (m->request.topk <= e->vocab)
        return true;
    sth_cmd_error("option --topk exceeds the %" PRIu32 " logits", e->vocab);
    return false;
}

/* A bare name is that of a shipped model, or else of a folder here. */
static void find_file(const char *name, char *path, size_t size)
{
    struct stat about;

    if (!strchr(name, '/') && !strstr(name, ".json")) {
        snprintf(path, size, "%s/configs/models/%s.json", sth_cmd_home(), name);
        if (stat(path, &about) == 0 || stat(name, &about) != 0)
            return;
    }
    snprintf(path, size, "%s", name);
}

bool sth_model_args_load(struct sth_model_args *m, char *path, size_t size)
{
    m->notes = malloc(NOTES_MAX);
    if (!m->notes) {
        sth_cmd_error("out of memory");
        return false;
    }
    find_file(m->name, path, size);
    if (!sth_model_load(path, &m->ignored, &m->model, m->notes, NOTES_MAX)) {
        sth_cmd_error("%s", m->notes);
        return false;
    }
    if (m->request.whole && !m->has_layers)
        m->request.layers = m->model.layers;
    return take_experts(m) && check_ends(m);
}

static void print_notes(char *notes)
{
    for (char *line = strtok(notes, "\n"); line; line = strtok(NULL, "\n"))
        fprintf(stderr, "systolith: note: %s\n", line);
}

bool sth_model_args_check(struct sth_model_args *m,
                          const struct sth_trace_request *request, bool decode)
{
    char error[512];

    if (request->layers > m->model.layers) {
        sth_cmd_error("option --layers: the model has %u layers",
                      m->model.layers);
        return false;
    }
    if (decode && !m->model.causal) {
        sth_cmd_error("option --phase: %s is not causal and has no decode; "
                      "use prefill",
                      m->model.type);
        return false;
    }
    if (!sth_model_takes(&m->model, request->past,
                         request->seq * request->steps, error, sizeof(error))) {
        sth_cmd_error("%s", error);
        return false;
    }
    if (*error)
        fprintf(stderr, "systolith: note: %s\n", error);
    print_notes(m->notes);
    return true;
}

void sth_model_args_fini(struct sth_model_args *m)
{
    free(m->pasts);
    free(m->shares);
    free(m->notes);
    m->pasts = NULL;
    m->shares = NULL;
    m->notes = NULL;
}
