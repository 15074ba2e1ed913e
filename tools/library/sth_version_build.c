#include "sth_version_build.h"

#include "sth_git.h"

const char *sth_version_build(void)
{
    return STH_GIT;
}

const char *sth_version_planner(void)
{
    return STH_PLANNER;
}
