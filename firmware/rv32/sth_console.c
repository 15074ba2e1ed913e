/* The console: a UART with one data register. */
#include "sth_console.h"
#include "sth_platform.h"

static void put(char c)
{
    *(volatile uint32_t *)(STH_PLATFORM_UART_BASE + STH_PLATFORM_UART_DATA) =
        (uint8_t)c;
}

void sth_console_text(const char *text)
{
    for (; *text != '\0'; text++)
        put(*text);
}

void sth_console_decimal(uint32_t value)
{
    char digit[10]; /* of 2^32 */
    uint32_t digits = 0;

    do {
        digit[digits++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    while (digits != 0)
        put(digit[--digits]);
}

void sth_console_hex(uint32_t value)
{
    sth_console_text("0x");
    for (int shift = 28; shift >= 0; shift -= 4)
        put("0123456789abcdef"[value >> shift & 15u]);
}
