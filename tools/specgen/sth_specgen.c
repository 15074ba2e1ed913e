/*
 * specgen: checks the tables of spec/ and prints what is generated from them.
 * Deterministic: the same tables give the same bytes.
 */
#include "sth_specgen.h"

#include <stdlib.h>
#include <string.h>

static int usage(FILE *out, int status)
{
    fputs("usage: specgen check            check the tables of spec/\n"
          "       specgen verilog          print the Verilog header\n"
          "       specgen functions        print the function ROM\n"
          "       specgen page < PAGE      fill the tables of a manual page\n",
          out);
    return status;
}

int main(int argc, char **argv)
{
    unsigned bad;

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
    else if (!strcmp(argv[1], "functions"))
        sth_specgen_functions(stdout);
    else if (!strcmp(argv[1], "page"))
        return sth_specgen_page(stdin, stdout, stderr) ? 0 : 1;
    else
        return usage(stderr, 2);
    return 0;
}
