/* Names of tensors: open addressing, FNV-1a. */
#include "sth_trace_names.h"

#include <string.h>

uint32_t sth_trace_names_places(uint32_t names)
{
    uint32_t places = 2;

    while (places / 2 < names)
        places *= 2;
    return places;
}

void sth_trace_names_init(struct sth_trace_names *names, uint32_t *memory,
                          uint32_t places)
{
    names->place = memory;
    names->mask = places - 1;
    memset(memory, 0, places * sizeof *memory);
}

static uint32_t hash(struct sth_span name)
{
    uint32_t value = 0x811c9dc5u;

    for (size_t i = 0; i < name.bytes; i++)
        value = (value ^ (uint8_t)name.text[i]) * 0x01000193u;
    return value ^ value >> 15;
}

/* The place that holds the name, or the free one where it belongs. */
static uint32_t *find_place(const struct sth_trace_names *names,
                            const struct sth_trace *trace, struct sth_span name)
{
    for (uint32_t i = hash(name);; i++) {
        uint32_t *place = &names->place[i & names->mask];

        if (*place == 0 ||
            sth_span_equals(name, trace->tensor[*place - 1].name))
            return place;
    }
}

void sth_trace_names_add(struct sth_trace_names *names,
                         const struct sth_trace *trace, uint32_t index)
{
    const char *text = trace->tensor[index].name;
    struct sth_span name = {text, strlen(text)};

    *find_place(names, trace, name) = index + 1;
}

int32_t sth_trace_names_find(const struct sth_trace_names *names,
                             const struct sth_trace *trace,
                             struct sth_span name)
{
    return (int32_t)*find_place(names, trace, name) - 1;
}
