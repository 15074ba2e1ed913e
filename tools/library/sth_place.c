#include "sth_place.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The folder of the object that this code is in: a library or the program. */
static bool own_folder(char path[PATH_MAX])
{
    /* A function's address as data, as POSIX has it. */
    bool (*const function)(char[PATH_MAX]) = own_folder;
    Dl_info info = {0};
    void *address;
    char *slash;

    memcpy(&address, &function, sizeof(address));
    /* Of a program dladdr() knows only what it was called. */
    if (!dladdr(address, &info) || !info.dli_fname ||
        !strstr(info.dli_fname, ".so"))
        info.dli_fname = "/proc/self/exe";
    if (!realpath(info.dli_fname, path))
        return false;
    slash = strrchr(path, '/');
    *slash = 0;
    return true;
}

/*
 * The first of the folders beside the own one in which `wanted` stands; where
 * there is none, the last of them.
 */
static bool find(const char *variable, const char *const *folder,
                 const char *wanted, char *path, size_t size)
{
    const char *given = getenv(variable);
    char own[PATH_MAX], probe[PATH_MAX + 64];
    bool found = given != NULL;
    int length;

    if (!given && !own_folder(own)) {
        snprintf(path, size, ".");
        return false;
    }
    while (!found) {
        snprintf(probe, sizeof(probe), "%s/%s/%s", own, *folder, wanted);
        found = !access(probe, R_OK);
        if (found || !folder[1])
            break;
        folder++;
    }
    length = given ? snprintf(path, size, "%s", given)
                   : snprintf(path, size, "%s/%s", own, *folder);
    return found && length >= 0 && (size_t)length < size;
}

bool sth_place_home(char *path, size_t size)
{
    /* Of lib/ and of bin/; of build/ and of build/san/. */
    static const char *const folders[] = {"../share/systolith", "..", "../..",
                                          NULL};

    return find("SYSTOLITH_HOME", folders, "configs", path, size);
}

bool sth_place_rtl(char *path, size_t size)
{
    static const char *const folders[] = {"systolith/rtl",
                                          "../lib/systolith/rtl", "rtl", NULL};

    return find("SYSTOLITH_RTL", folders, "", path, size);
}
