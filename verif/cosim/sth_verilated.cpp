// The sink of what Verilator's library prints.
#include "sth_verilated.h"

#include <cstdarg>
#include <cstdio>

namespace
{

thread_local std::string said;

} // namespace

void sth_verilated_print(const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    std::vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    said += text;
}

std::string sth_verilated_said()
{
    std::string text;

    text.swap(said);
    return text;
}
