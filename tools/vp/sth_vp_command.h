/* `systolith vp`: its arguments, its runs, its reports. */
#ifndef STH_VP_COMMAND_H
#define STH_VP_COMMAND_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A platform with so many accelerators; asked for once. */
typedef const struct sth_vp_engine *
sth_vp_make_engine(uint32_t chips, uint32_t clock_mhz, uint32_t quantum);

/* Runs the command; returns its exit status. */
int sth_vp_command(int argc, char **argv, sth_vp_make_engine *make);

#ifdef __cplusplus
}
#endif

#endif
