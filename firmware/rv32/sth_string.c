/*
 * What firmware uses of the C library, byte by byte: nothing that runs often
 * calls it.
 */
#include "sth_string.h"

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    return memmove(to, from, bytes);
}

void *memmove(void *to, const void *from, size_t bytes)
{
    unsigned char *t = to;
    const unsigned char *f = from;

    if (t <= f)
        for (size_t i = 0; i < bytes; i++)
            t[i] = f[i];
    else
        while (bytes-- != 0)
            t[bytes] = f[bytes];
    return to;
}

void *memset(void *to, int value, size_t bytes)
{
    unsigned char *t = to;

    for (size_t i = 0; i < bytes; i++)
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
