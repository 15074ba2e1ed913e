/* A configuration by the rows of its family. */
#include "sth_model.h"

#include "sth_model_finish.h"
#include "sth_model_reader.h"
#include "sth_model_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { KEY_MAX = 256, PATH_MAX_BYTES = 4400 };

/* ---- fields that are refused ------------------------------------------- */

/* Whether a value is one of a list of JSON values. */
static bool is_one_of(const json_t *value, const char *list)
{
    char one[KEY_MAX];

    for (; *list; list += strcspn(list, " "), list += *list == ' ') {
        json_t *other;
        bool equal;

        snprintf(one, sizeof(one), "%.*s", (int)strcspn(list, " "), list);
        other = json_loads(one, JSON_DECODE_ANY, NULL);
        equal = json_equal(value, other) ||
                (json_is_number(value) && json_is_number(other) &&
                 json_number_value(value) == json_number_value(other));
        json_decref(other);
        if (equal)
            return true;
    }
    return false;
}

static void check_neutral(struct sth_model_reader *r, struct sth_model *m,
                          const struct sth_family_key *row)
{
    const json_t *value = sth_model_field(r, row->key);
    char *text;

    if (row->kind < STH_KEY_NEUTRAL || row->kind > STH_KEY_ENDS ||
        sth_model_is_ignored(r, row->key) || !value ||
        is_one_of(value, row->values))
        return;
    if (row->kind == STH_KEY_ENDS) {
        m->ends.unwritten = row->key;
        return;
    }
    text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    sth_model_fail_field(r, row->key, "is %.60s: %s", text ? text : "?",
                         row->why);
    free(text);
}

/* ---- fields that are obeyed -------------------------------------------- */

static void read_layers(struct sth_model_reader *r, const char *key,
                        struct sth_model_set *set)
{
    const json_t *list = sth_model_field(r, key);

    if (!json_is_array(list))
        sth_model_fail_field(r, key, "must be a list of layers");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        const json_int_t layer = json_integer_value(item);

        if (json_is_integer(item) && layer >= 0 && layer < STH_MODEL_LAYERS_MAX)
            set->bits[layer / 64] |= (uint64_t)1 << layer % 64;
        else
            sth_model_fail_field(r, key, "must hold layers from 0 to %d alone",
                                 STH_MODEL_LAYERS_MAX - 1);
    }
}

static void read_types(struct sth_model_reader *r, const char *key,
                       const struct sth_model *m, struct sth_model_set *set)
{
    const json_t *list = sth_model_field(r, key);

    set->given = true;
    if (json_array_size(list) != m->layers) {
        sth_model_fail_field(r, key,
                             "must be a list with one entry for each "
                             "of the %u layers",
                             m->layers);
        return;
    }
    for (size_t i = 0; i < m->layers; i++) {
        const char *name = json_string_value(json_array_get(list, i));
        const bool slides = name && !strcmp(name, "sliding_attention");

        set->bits[i / 64] |= (uint64_t)slides << i % 64;
        if (!slides && (!name || strcmp(name, "full_attention") != 0))
            sth_model_fail_field(r, key,
                                 "says '%.40s': layers are written with "
                                 "full_attention or sliding_attention",
                                 name ? name : "no text");
    }
}

/* The name under which a row's field is there; NULL: it is not. */
static const char *name_of(struct sth_model_reader *r,
                           const struct sth_family *f,
                           const struct sth_family_key *row)
{
    const json_t *value = sth_model_field(r, row->key);
    const char *name = value ? row->key : NULL;

    for (size_t i = 0; i < f->keys; i++) {
        const struct sth_family_key *also = &f->key[i];
        const json_t *other = sth_model_field(r, also->key);

        if (also->kind != STH_KEY_ALSO || strcmp(also->values, row->key) != 0 ||
            !other)
            continue;
        if (value && !json_equal(value, other) && !json_is_null(other))
            sth_model_fail_field(r, also->key, "contradicts '%s'", name);
        if (!value) {
            value = other;
            name = also->key;
        }
    }
    return name;
}

static void obey_null(struct sth_model_reader *r, const char *key,
                      const struct sth_family_key *row, void *member)
{
    if (row->kind == STH_KEY_OPTION)
        *(uint32_t *)member = 0;
    else if (row->kind == STH_KEY_REAL && row->min > 0)
        *(double *)member = 0;
    else if (row->kind == STH_KEY_FLAG || row->kind == STH_KEY_FORM)
        *(bool *)member = row->min > 0;
    else if (row->kind == STH_KEY_SHAPE || row->kind == STH_KEY_COUNT)
        sth_model_count(r, key, row->min, row->max);
}

/* The default of what gives the layer its shape. */
static void note_missing(struct sth_model_reader *r,
                         const struct sth_family_key *row, const void *member)
{
    char value[16];

    if (row->kind == STH_KEY_FORM)
        snprintf(value, sizeof(value), "%s",
                 *(const bool *)member ? "true" : "false");
    else if (row->kind == STH_KEY_SHAPE ||
             (row->kind == STH_KEY_OPTION && *(const uint32_t *)member))
        snprintf(value, sizeof(value), "%u", *(const uint32_t *)member);
    else
        return;
    sth_model_note(r,
                   "field '%s%s' is missing; %s is taken, the family's own "
                   "default",
                   r->within, row->key, value);
}

static void obey(struct sth_model_reader *r, const struct sth_family *f,
                 const struct sth_family_key *row, struct sth_model *m)
{
    void *member = (char *)m + row->offset;
    const char *key;

    if (row->kind > STH_KEY_LAST_OBEYED)
        return;
    key = name_of(r, f, row);
    if (!key) {
        note_missing(r, row, member);
        return;
    }
    if (!sth_model_has(r, key)) {
        obey_null(r, key, row, member);
        return;
    }
    switch (row->kind) {
    case STH_KEY_SHAPE:
    case STH_KEY_COUNT:
    case STH_KEY_OPTION:
        *(uint32_t *)member = sth_model_count(r, key, row->min, row->max);
        break;
    case STH_KEY_REAL:
        *(double *)member = sth_model_real(r, key);
        break;
    case STH_KEY_FLAG:
    case STH_KEY_FORM:
        *(bool *)member = (sth_model_flag(r, key) ? row->max : row->min) > 0;
        break;
    case STH_KEY_ACT:
        m->act = sth_model_act_named(r, key);
        break;
    case STH_KEY_ROPE:
        sth_model_read_rope(r, key, row->min > 0, m);
        break;
    case STH_KEY_LAYERS:
        read_layers(r, key, member);
        break;
    default:
        read_types(r, key, m, member);
    }
}

/* ---- fields that nobody knows ------------------------------------------ */

/* Whether rows have fields within an object of that name. */
static bool has_fields_within(const struct sth_family *f, const char *name)
{
    const size_t size = strlen(name);

    for (size_t i = 0; i < f->keys; i++)
        if (!strncmp(f->key[i].key, name, size) && f->key[i].key[size] == '.')
            return true;
    return false;
}

static void check_known(struct sth_model_reader *r, const struct sth_family *f,
                        const char *prefix, json_t *object, bool beside_text)
{
    const char *name;
    json_t *value;

    json_object_foreach(object, name, value)
    {
        char key[KEY_MAX];

        snprintf(key, sizeof(key), "%s%s", prefix, name);
        if (sth_model_is_ignored(r, key) ||
            json_is_null(value) || /* says nothing */
            !strcmp(key, "quantization_config") ||
            sth_family_key_find(f, key) ||
            (beside_text && sth_family_wrapper_ignores(key)))
            continue;
        if (json_is_object(value) && has_fields_within(f, key)) {
            strncat(key, ".", sizeof(key) - strlen(key) - 1);
            check_known(r, f, key, value, beside_text);
            continue;
        }
        sth_model_fail_field(r, key,
                             "is unknown: it may change the layer; --ignore "
                             "%s%s takes it for one that does not",
                             r->within, key);
    }
}

/* What --ignore names is there, and is nothing that the layer follows. */
static void check_ignored(struct sth_model_reader *r,
                          const struct sth_family *f, const json_t *root)
{
    for (unsigned i = 0; i < r->ignored->count; i++) {
        const char *key = r->ignored->key[i];
        const size_t within = strlen(r->within);
        const struct sth_family_key *row;

        if (*r->within && !strncmp(key, r->within, within))
            key += within;
        row = sth_family_key_find(f, key);
        if (row && row->kind <= STH_KEY_ALSO)
            sth_model_fail_field(r, key,
                                 "is obeyed by the family and cannot "
                                 "be ignored");
        else if (!sth_model_field(r, key) && !json_object_get(root, key))
            sth_model_fail(r, "option --ignore: there is no field '%s'",
                           r->ignored->key[i]);
    }
}

static void check_quantization(struct sth_model_reader *r)
{
    const char *method = json_string_value(
        sth_model_field(r, "quantization_config.quant_method"));

    if (sth_model_has(r, "quantization_config") &&
        !sth_model_is_ignored(r, "quantization_config"))
        sth_model_fail_field(
            r, "quantization_config",
            "stores weights%s%.40s%s in a format that the array does not "
            "multiply; --ignore quantization_config takes the layer with "
            "weights of --dtype",
            method ? " as '" : "", method ? method : "", method ? "'" : "");
}

/* ---- the whole --------------------------------------------------------- */

static void read_family(struct sth_model_reader *r, const struct sth_family *f,
                        const char *stems, bool beside_text,
                        struct sth_model *m)
{
    size_t commons;
    const struct sth_family_key *common = sth_family_common(&commons);

    f->base(m);
    snprintf(m->type, sizeof(m->type), "%s", r->type);
    if (!sth_model_check_classes(r, stems))
        m->ends.unwritten = "architectures";
    for (size_t i = 0; i < f->keys; i++)
        check_neutral(r, m, &f->key[i]);
    for (size_t i = 0; i < commons; i++)
        if (sth_family_key_find(f, common[i].key) == &common[i])
            check_neutral(r, m, &common[i]);
    for (size_t i = 0; i < f->keys; i++)
        obey(r, f, &f->key[i], m);
    check_known(r, f, "", (json_t *)r->object, beside_text);
    if (r->failed)
        return;
    f->derive(m);
    sth_model_finish(r, m);
    check_quantization(r);
}

/* Enters the object that holds the text part of a file of several. */
static bool enter_text(struct sth_model_reader *r, const json_t *root,
                       const struct sth_family_wrapper *wrapper)
{
    const char *type;

    r->object = json_object_get(root, "text_config");
    if (!json_is_object(r->object)) {
        r->object = root;
        sth_model_fail(r, "field 'text_config' is missing or no object");
        return false;
    }
    r->object = root;
    (void)sth_model_check_classes(r, wrapper->classes);
    r->object = json_object_get(root, "text_config");
    r->within = "text_config.";
    type = json_string_value(json_object_get(r->object, "model_type"));
    r->type = type ? type : wrapper->text;
    return !r->failed;
}

/* Fields of such a file that are neither about another part nor known. */
static void check_beside_text(struct sth_model_reader *r,
                              const struct sth_family *f, json_t *root)
{
    struct sth_model_reader outer = *r;

    outer.object = root;
    outer.within = "";
    check_known(&outer, f, "", root, true);
    check_quantization(&outer);
    r->failed = outer.failed;
}

/* A file of several parts may say beside the text that its vocabulary is tied.
 */
static void take_beside_text(struct sth_model_reader *r, const json_t *root,
                             struct sth_model *m)
{
    static const char key[] = "tie_word_embeddings";
    const json_t *tied = json_object_get(root, key);

    if (json_is_boolean(tied) && !sth_model_has(r, key))
        m->ends.tied = json_is_true(tied);
}

static void read_model(struct sth_model_reader *r, json_t *root,
                       struct sth_model *m)
{
    const char *type = json_string_value(json_object_get(root, "model_type"));
    const struct sth_family_wrapper *wrapper;
    const struct sth_family *family;
    char names[1024], stems[512] = "";
    bool flat;

    if (!type) {
        sth_model_fail(r, "field 'model_type' is missing or no text; this "
                          "must be the config.json of a Hugging Face model");
        return;
    }
    r->type = type;
    wrapper = sth_family_wrapper_find(type);
    flat = wrapper && wrapper->flat && !json_object_get(root, "text_config");
    if (flat)
        r->type = wrapper->text;
    else if (wrapper && !enter_text(r, root, wrapper))
        return;
    if (!*r->type) {
        r->type = NULL;
        sth_model_fail(r, "field '%smodel_type' is empty", r->within);
        return;
    }
    family = sth_family_find(r->type);
    if (!family && sth_family_refusal(r->type)) {
        sth_model_fail(r, "this family is refused: %s",
                       sth_family_refusal(r->type));
        return;
    }
    if (!family) {
        sth_family_names(names, sizeof(names));
        sth_model_fail(r, "model_type is not supported; supported are %s",
                       names);
        return;
    }
    if (!wrapper && json_object_get(root, "text_config"))
        sth_model_fail_field(r, "text_config",
                             "stands in a file of a family without parts");
    snprintf(stems, sizeof(stems), "%s %s", flat ? "" : family->classes,
             wrapper ? wrapper->classes : "");
    read_family(r, family, stems, wrapper != NULL, m);
    if (*r->within && !r->failed) {
        check_beside_text(r, family, root);
        take_beside_text(r, root, m);
    }
    check_ignored(r, family, root);
}

bool sth_model_load(const char *path, const struct sth_model_ignored *ignored,
                    struct sth_model *model, char *text, size_t text_size)
{
    static const struct sth_model_ignored nothing;
    char inside[PATH_MAX_BYTES];
    struct sth_model_reader r = {.path = path,
                                 .within = "",
                                 .ignored = ignored ? ignored : &nothing,
                                 .message = text,
                                 .size = text_size};
    struct sth_model *read;
    struct stat status;
    char *file = NULL;
    json_t *root;

    *text = 0;
    snprintf(inside, sizeof(inside), "%s%sconfig.json", path,
             *path && path[strlen(path) - 1] == '/' ? "" : "/");
    if (!stat(path, &status) && S_ISDIR(status.st_mode))
        r.path = inside;
    root = sth_model_text_load(r.path, &file, text, text_size);
    if (!root)
        return false;
    read = calloc(1, sizeof(*read));
    r.text = file;
    r.object = root;
    if (read)
        read_model(&r, root, read);
    else
        sth_model_fail(&r, "out of memory");
    if (!r.failed)
        *model = *read;
    free(read);
    free(file);
    json_decref(root);
    return !r.failed;
}
