/*
 * specgen: checks the tables of spec/ and prints what is generated from them.
 * Deterministic: the same tables give the same bytes.
 */
#include "sth_specgen.h"

#include "sth_config.h"

#include <stdlib.h>
#include <string.h>

static int usage(FILE *out, int status)
{
    fputs("usage: specgen check            check the tables of spec/\n"
          "       specgen verilog          print the Verilog header\n"
          "       specgen params           print the core's parameter list\n"
          "       specgen functions        print the function ROM\n"
          "       specgen platform         print the platform's header\n"
          "       specgen page < PAGE      fill the tables of a manual page\n"
          "       specgen build FILE.cfg   print the options that build this\n"
          "                                configuration's RTL\n",
          out);
    return status;
}

/*
 * One line of -G options for Verilator, one of -D for the shim around it, and
 * one of -G options with the vector of capabilities in place of the rows.
 */
static int print_build(const char *path)
{
    struct sth_config config;
    char error[512];

    if (!sth_config_load(path, &config, error, sizeof(error))) {
        fprintf(stderr, "specgen: %s\n", error);
        return 1;
    }
#define PARAM(c, v, ...) printf("-G" #v "=%u ", config.params.c);
#include "params.def"
#undef PARAM
    printf("-GCfgHash=%u\n", sth_params_hash(&config.params));
#define PARAM(c, v, ...) printf("-DSTH_BUILD_" #v "=%uu ", config.params.c);
#include "params.def"
#undef PARAM
    printf("-DSTH_BUILD_HASH=%uu\n", sth_params_hash(&config.params));
    printf("-GCapWords=%d -GCaps=%d'h%08x", STH_PARAM_COUNT + 1,
           32 * (STH_PARAM_COUNT + 1), sth_params_hash(&config.params));
    for (int i = STH_PARAM_COUNT - 1; i >= 0; i--)
        printf("%08x", sth_param_get(&config.params, (enum sth_param)i));
    printf("\n");
    return 0;
}

int main(int argc, char **argv)
{
    unsigned bad;

    if (argc == 3 && !strcmp(argv[1], "build"))
        return print_build(argv[2]);
    if (argc != 2)
        return usage(stderr, 2);
    if (!strcmp(argv[1], "--help"))
        return usage(stdout, 0);
    bad = sth_specgen_check(stderr);
    if (bad) {
        fprintf(stderr, "specgen: %u violations\n", bad);
        return 1;
    }
    if (!strcmp(argv[1], "check"))
        printf("spec tables are consistent\n");
    else if (!strcmp(argv[1], "verilog"))
        sth_specgen_verilog(stdout);
    else if (!strcmp(argv[1], "params"))
        sth_specgen_params(stdout);
    else if (!strcmp(argv[1], "functions"))
        sth_specgen_functions(stdout);
    else if (!strcmp(argv[1], "platform"))
        sth_specgen_platform(stdout);
    else if (!strcmp(argv[1], "page"))
        return sth_specgen_page(stdin, stdout, stderr) ? 0 : 1;
    else
        return usage(stderr, 2);
    return 0;
}
