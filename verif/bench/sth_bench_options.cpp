#include "sth_bench_options.h"

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bench
{

namespace
{

void print_help(FILE *to, const char *program, const About &about)
{
    fprintf(to,
            "usage: %s [OPTIONS]\n\n%s\n\n"
            "  --seed N    decides everything random (default 1)\n"
            "  --count N   %s (default %" PRIu64 ")\n",
            program, about.summary, about.counted, about.count);
    if (about.speed)
        fprintf(to,
                "  --speed     %s;\n"
                "              --count is in cycles (default %" PRIu64 ")\n",
                about.speed, about.speed_count);
    fprintf(to, "  --help      this text\n\n"
                "Prints what differs with both values, the command, and what "
                "repeats it; ends\nwith 'N passed, N failed' and status 1 when "
                "something failed.\n");
}

// The number behind option argv[*i]; false when it is none.
bool number(int argc, char **argv, int *i, uint64_t *to)
{
    char *end;

    if (*i + 1 >= argc || argv[*i + 1][0] < '0' || argv[*i + 1][0] > '9')
        return false;
    errno = 0;
    *to = strtoull(argv[++*i], &end, 0);
    return *end == 0 && errno == 0;
}

} // namespace

std::string Options::repeat() const
{
    return program + (speed ? " --speed" : "") + " --seed " +
           std::to_string(seed) + " --count " + std::to_string(count);
}

Options parse_options(int argc, char **argv, const About &about)
{
    Options options;
    bool counted = false;

    options.program = argv[0];
    for (int i = 1; i < argc; i++) {
        bool good;

        if (!strcmp(argv[i], "--help")) {
            print_help(stdout, argv[0], about);
            exit(0);
        } else if (!strcmp(argv[i], "--seed")) {
            good = number(argc, argv, &i, &options.seed);
        } else if (!strcmp(argv[i], "--count")) {
            good = counted = number(argc, argv, &i, &options.count);
        } else {
            good = options.speed = about.speed && !strcmp(argv[i], "--speed");
        }
        if (!good) {
            fprintf(stderr, "%s: what is '%s'?\n\n", argv[0], argv[i]);
            print_help(stderr, argv[0], about);
            exit(2);
        }
    }
    if (!counted)
        options.count = options.speed ? about.speed_count : about.count;
    return options;
}

} // namespace bench
