/*
 * What firmware uses of the C library: words at a time where everything is
 * aligned, as commands are, otherwise bytes.
 */
#include "sth_string.h"

#include <stdint.h>

enum { WORD = sizeof(uint32_t) };

typedef uint32_t __attribute__((may_alias)) word;

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    return memmove(to, from, bytes);
}

void *memmove(void *to, const void *from, size_t bytes)
{
    const size_t odd = (uintptr_t)to | (uintptr_t)from;
    unsigned char *t = to;
    const unsigned char *f = from;
    size_t i = 0;

    if (t <= f) {
        for (; odd % WORD == 0 && i + WORD <= bytes; i += WORD)
            *(word *)(t + i) = *(const word *)(f + i);
        for (; i < bytes; i++)
            t[i] = f[i];
    } else {
        for (; (odd | bytes) % WORD == 0 && bytes != 0; bytes -= WORD)
            *(word *)(t + bytes - WORD) = *(const word *)(f + bytes - WORD);
        for (; bytes != 0; bytes--)
            t[bytes - 1] = f[bytes - 1];
    }
    return to;
}

void *memset(void *to, int value, size_t bytes)
{
    const word pattern = (unsigned char)value * 0x01010101u;
    unsigned char *t = to;
    size_t i = 0;

    for (; (uintptr_t)to % WORD == 0 && i + WORD <= bytes; i += WORD)
        *(word *)(t + i) = pattern;
    for (; i < bytes; i++)
        t[i] = (unsigned char)value;
    return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
    const unsigned char *x = a, *y = b;

    for (size_t i = 0; i < bytes; i++)
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    return 0;
}

void *memchr(const void *from, int value, size_t bytes)
{
    const unsigned char *f = from;

    for (size_t i = 0; i < bytes; i++)
        if (f[i] == (unsigned char)value)
            return (void *)(f + i);
    return NULL;
}

size_t strlen(const char *text)
{
    size_t bytes = 0;

    while (text[bytes] != '\0')
        bytes++;
    return bytes;
}
