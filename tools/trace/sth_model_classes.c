/* What a file says of its program: the same family, or none of ours. */
#include "sth_model_reader.h"

#include <string.h>

/* What may follow the stem of a class that has the family's layers, and whether
 * the product with the vocabulary follows these. */
static const struct {
    const char *name;
    bool vocabulary;
} endings[] = {
    {"Model", false},
    {"PreTrainedModel", false},
    {"Config", false},
    {"TextConfig", false},
    {"TextModel", false},
    {"ForCausalLM", true},
    {"LMHeadModel", true},
    {"DoubleHeadsModel", true},
    {"ForMaskedLM", true},
    {"ForPreTraining", true},
    {"ForNextSentencePrediction", false},
    {"ForMultipleChoice", false},
    {"ForQuestionAnswering", false},
    {"ForSequenceClassification", false},
    {"ForTokenClassification", false},
    {"ForRewardModel", false},
    {"ForConditionalGeneration", true},
    {"ForImageTextToText", true},
};

/* Whether a class is one of the stems with an ending; *vocabulary: and has that
 * product. */
static bool has_stem(const char *class_name, const char *stems,
                     bool *vocabulary)
{
    size_t size;

    for (; *stems; stems += size, stems += *stems == ' ') {
        size = strcspn(stems, " ");
        if (!size || strncmp(class_name, stems, size) != 0)
            continue;
        for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
            if (!strcmp(class_name + size, endings[i].name)) {
                *vocabulary = endings[i].vocabulary;
                return true;
            }
    }
    return false;
}

bool sth_model_check_classes(struct sth_model_reader *r, const char *stems)
{
    bool vocabulary = true, one;
    const json_t *list = sth_model_field(r, "architectures");
    json_t *map = (json_t *)sth_model_field(r, "auto_map"), *value;
    const char *key;

    if (sth_model_has(r, "architectures") && !json_is_array(list) &&
        !sth_model_is_ignored(r, "architectures"))
        sth_model_fail_field(r, "architectures", "must be a list of names");
    if (json_is_array(list) && !sth_model_is_ignored(r, "architectures"))
        for (size_t i = 0; i < json_array_size(list); i++) {
            const char *name = json_string_value(json_array_get(list, i));

            if (!name || !has_stem(name, stems, &one))
                sth_model_fail_field(
                    r, "architectures",
                    "says '%s', which is no model of this family: its layers "
                    "may differ",
                    name ? name : "no text");
            else
                vocabulary &= one;
        }
    if (sth_model_is_ignored(r, "auto_map"))
        return vocabulary;
    if (sth_model_has(r, "auto_map") && !json_is_object(map))
        sth_model_fail_field(r, "auto_map", "must be an object");
    json_object_foreach(map, key, value)
    {
        const char *name = json_string_value(value);
        const char *dot = name ? strrchr(name, '.') : NULL;

        if (!strncmp(key, "AutoTokenizer", 13) ||
            !strncmp(key, "AutoProcessor", 13) ||
            !strncmp(key, "AutoImageProcessor", 18) ||
            !strncmp(key, "AutoFeatureExtractor", 20))
            continue;
        if (!name || !has_stem(dot ? dot + 1 : name, stems, &one))
            sth_model_fail_field(
                r, "auto_map",
                "names '%s', a program that is not this family's: its layers "
                "may differ",
                name ? name : "no text");
    }
    return vocabulary;
}
