/* Which build this is, beside its version. */
#ifndef STH_VERSION_BUILD_H
#define STH_VERSION_BUILD_H

/*
 * What `git describe` said of the sources, "" when they were built without
 * git.  It holds no date: the same sources give the same program.
 */
const char *sth_version_build(void);

/* A sum of the sources that plans follow from, committed or not. */
const char *sth_version_planner(void);

#endif
