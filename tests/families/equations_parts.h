/* What the equations of all families are made of. */
#ifndef EQUATIONS_PARTS_H
#define EQUATIONS_PARTS_H

#include <stdbool.h>

#include "families/equations.h"

enum { TAKEN_MAX = 4096 };

/* One layer being computed; matrices are rows of tokens. */
struct eq {
    const json_t *config;
    const struct sth_trace *trace;
    double *const *value;
    struct phase phase;
    int layer, tokens, hidden;
    char prefix[16]; /* of the tensors' names */
    bool bad;        /* the trace lacks something */
    double *taken[TAKEN_MAX];
    int takens;
};

/* One layer, or an end whose prefix is to begin. */
struct eq *eq_open(const json_t *config, const struct sth_trace *trace,
                   double *const *value, const struct phase *phase, int layer);
void eq_close(struct eq *e);

/* Names of tensors begin with it from here on. */
void eq_begin(struct eq *e, const char *prefix);

/* How far a tensor is from what was expected of it, over 1 + the largest;
 * infinite when anything lacked. */
double eq_off(struct eq *e, const double *expected, const char *name, int rows,
              int cols);

/* Past tokens of sequence b. */
int eq_past(const struct eq *e, int b);

/* Rows that the gather of that name takes. */
const uint32_t *eq_rows(struct eq *e, const char *name, int count);

/* Fields of the configuration; each must be there. */
double eq_number(const struct eq *e, const char *key);
bool eq_flag(const struct eq *e, const char *key);
const char *eq_word(const struct eq *e, const char *key);
bool eq_null(const struct eq *e, const char *key); /* or missing */

/* Zeros, gone with e. */
double *eq_take(struct eq *e, int count);

/* The numbers of a tensor of the layer: as they stand in the trace, or as its
 * seed draws them with that spread around a mean. */
double *eq_tensor(struct eq *e, const char *name, int rows, int cols);
double *eq_drawn(struct eq *e, const char *name, int rows, int cols,
                 double spread, double mean);
bool eq_has(struct eq *e, const char *name);

/* What the layer begins with. */
double *eq_input(struct eq *e);

/* x W + b, W of NAME.w and b of NAME.b if there is one. */
double *eq_linear(struct eq *e, const char *name, const double *x, int depth,
                  int cols, bool bias);

double *eq_rms(struct eq *e, const double *x, int cols, const double *gamma,
               double eps);
double *eq_layernorm(struct eq *e, const double *x, int cols,
                     const double *gamma, const double *beta, double eps);

/* The norms with the weights of NAME; gain: 1 + weight for Gemma. */
double *eq_rms_of(struct eq *e, const char *name, const double *x, double eps);
double *eq_layernorm_of(struct eq *e, const char *name, const double *x,
                        double eps, bool bias);

double *eq_add(struct eq *e, const double *a, const double *b, double scale);
void eq_act(const char *word, double *x, int count);

/* down(act(up(x))), and down(act(gate(x)) * up(x)). */
double *eq_plain(struct eq *e, const double *x, int width, const char *act,
                 bool bias);
double *eq_gated(struct eq *e, const char *prefix, const double *x, int width,
                 const char *act, bool bias);

enum eq_style { EQ_NO_ROPE, EQ_HALVES, EQ_NEIGHBOURS };
enum eq_qk { EQ_QK_NONE, EQ_QK_HEAD, EQ_QK_ROW, EQ_QK_LAYER, EQ_QK_LAYERS };

struct eq_attention {
    int heads, kv, dim;
    bool fused, bias, causal;
    enum eq_style style;
    int rotated; /* columns of a head */
    double theta;
    const char *scaling; /* field with RoPE's scaling; NULL: none */
    double scale;
    int window;       /* 0: none */
    double cap;       /* of scores; 0: none */
    double steepest;  /* ALiBi: the exponent of the first head's slope times the
                         heads; 0: none */
    bool bias_scaled; /* as the scores are */
    enum eq_qk qk;
    double eps; /* of the norms of queries and keys */
};

/* Whether the layer has a window, where the family may have one. */
bool eq_slides(const struct eq *e, const char *type);

/* Softmax(scale q k^T) v of all heads, before the output's product. */
double *eq_attend(struct eq *e, const double *x, const struct eq_attention *a);

/*
 * The same by way of compressed rows of c numbers: heads of n columns that are
 * not rotated and a->dim that are, values of v; queries compressed to q_latent
 * first, unless it is 0.
 */
double *eq_attend_latent(struct eq *e, const double *x, int q_latent, int c,
                         int n, int v, const struct eq_attention *a);

/* A head's columns from the trace's order to the model's; of all heads of all
 * tokens, and rotated. */
void eq_reorder(const struct eq_attention *a, const double *from, double *to);
double *eq_rotated(struct eq *e, const struct eq_attention *a, const double *x,
                   int heads);

/* Angles by position, rotated / 2 of them, and the factor of both tables. */
double eq_rates(const struct eq *e, const struct eq_attention *a, double *rate);

/* Shares of the experts in each token, from the trace, over scale: tokens x
 * experts. */
double *eq_routes(struct eq *e, int experts, int active, bool sum_to_one,
                  double scale);

#endif
