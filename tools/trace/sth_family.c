/* The table of families. */
#include "sth_family.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FAMILY_KEYS 1
#define FAMILY_BASE 2
#define FAMILY_DERIVE 3
#define FAMILY_LIST 4

#define FAMILY_READING FAMILY_KEYS
#include "families/rows.h"

#include "families/families.def"

FAMILY(common, "", "", "")
#include "families/common.def"
END(common)

#undef FAMILY_READING
#define FAMILY_READING FAMILY_BASE
#include "families/rows.h"

#include "families/families.def"

#undef FAMILY_READING
#define FAMILY_READING FAMILY_DERIVE
#include "families/rows.h"

#include "families/families.def"

#undef FAMILY_READING
#define FAMILY_READING FAMILY_LIST
#include "families/rows.h"

static const struct sth_family families[] = {
#include "families/families.def"
};

static const struct {
    const char *types, *why;
} refused[] = {
#define REFUSED(types, why) {types, why},
#include "families/refused.def"
};

enum { NESTED, FLAT };

static const struct sth_family_wrapper wrappers[] = {
#define WRAPPER(type, text, classes, flat) {type, text, classes, flat},
#define WRAPPER_IGNORED(keys)
#include "families/wrappers.def"
#undef WRAPPER
#undef WRAPPER_IGNORED
};

static const char beside_text[] =
#define WRAPPER(type, text, classes, flat)
#define WRAPPER_IGNORED(keys) keys
#include "families/wrappers.def"
    ;

/* Whether word is one of the words of a list. */
static bool is_among(const char *word, const char *list)
{
    const size_t size = strlen(word);

    for (const char *at = list; size && (at = strstr(at, word)); at += size)
        if ((at == list || at[-1] == ' ') && (!at[size] || at[size] == ' '))
            return true;
    return false;
}

const struct sth_family *sth_family_list(size_t *count)
{
    *count = sizeof(families) / sizeof(*families);
    return families;
}

const struct sth_family *sth_family_find(const char *type)
{
    size_t count;
    const struct sth_family *list = sth_family_list(&count);

    for (size_t i = 0; i < count; i++)
        if (is_among(type, list[i].types))
            return &list[i];
    return NULL;
}

static const struct sth_family_key *find_in(const struct sth_family_key *list,
                                            size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].kind == STH_KEY_IGNORED ? is_among(key, list[i].key)
                                            : !strcmp(key, list[i].key))
            return &list[i];
    return NULL;
}

const struct sth_family_key *sth_family_key_find(const struct sth_family *f,
                                                 const char *key)
{
    const struct sth_family_key *own = find_in(f->key, f->keys, key);

    return own ? own
               : find_in(keys_common,
                         sizeof(keys_common) / sizeof(*keys_common), key);
}

const struct sth_family_key *sth_family_common(size_t *count)
{
    *count = sizeof(keys_common) / sizeof(*keys_common);
    return keys_common;
}

const char *sth_family_refusal(const char *type)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
        if (is_among(type, refused[i].types))
            return refused[i].why;
    return NULL;
}

const struct sth_family_wrapper *sth_family_wrapper_find(const char *type)
{
    for (size_t i = 0; i < sizeof(wrappers) / sizeof(*wrappers); i++)
        if (!strcmp(type, wrappers[i].type))
            return &wrappers[i];
    return NULL;
}

bool sth_family_wrapper_ignores(const char *key)
{
    return is_among(key, beside_text);
}

void sth_family_names(char *text, size_t size)
{
    size_t used = 0;

    *text = 0;
    for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++) {
        const int more =
            snprintf(text + used, size - used, "%s%.*s", i ? ", " : "",
                     (int)strcspn(families[i].types, " "), families[i].types);

        if (more < 0 || used + (size_t)more >= size)
            return;
        used += (size_t)more;
    }
}

static void print_types(const char *types, FILE *out)
{
    for (; *types; types++)
        fputs(*types == ' ' ? ", " : (char[]){*types, 0}, out);
}

void sth_family_print(FILE *out)
{
    fputs("| model_type | norm | attention | feed-forward |\n"
          "|---|---|---|---|\n",
          out);
    for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++) {
        fputs("| ", out);
        print_types(families[i].types, out);
        fprintf(out, " | %s |\n", families[i].about);
    }
    fputs("\n| refused | because |\n|---|---|\n", out);
    for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
        fputs("| ", out);
        print_types(refused[i].types, out);
        fprintf(out, " | %s |\n", refused[i].why);
    }
}
