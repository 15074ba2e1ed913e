/* The console: text and numbers, without buffer or format. */
#ifndef STH_CONSOLE_H
#define STH_CONSOLE_H

#include <stdint.h>

void sth_console_text(const char *text);
void sth_console_decimal(uint32_t value);
/* With 0x and eight digits. */
void sth_console_hex(uint32_t value);

#endif
