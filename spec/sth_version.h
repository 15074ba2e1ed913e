/*
 * The version of the project, once.  That of the hardware/software contract is
 * the reset value of register VERSION in regs.def.
 */
#ifndef STH_VERSION_H
#define STH_VERSION_H

#define STH_VERSION "0.9.0"

#endif
