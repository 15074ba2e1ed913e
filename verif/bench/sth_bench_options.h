// The command line of a bench: how much, from which seed.
#ifndef STH_BENCH_OPTIONS_H
#define STH_BENCH_OPTIONS_H

#include <cstdint>
#include <string>

namespace bench
{

// What a bench says of itself; `counted` is what --count counts.
struct About {
    const char *name;
    std::string shape; // of the model in it: "8x16"
    const char *summary;
    const char *counted;
    uint64_t count;          // default
    const char *speed;       // what --speed measures, or null: no such option
    uint64_t speed_count{0}; // default of --count with --speed
};

struct Options {
    std::string program;
    uint64_t seed = 1;
    uint64_t count = 0;
    bool speed = false;

    // The command line that does the same again.
    std::string repeat() const;
};

// Reads the arguments.  Prints the help and ends the program for --help, and
// ends it with status 2 for an argument that it does not understand.
Options parse_options(int argc, char **argv, const About &about);

} // namespace bench

#endif
