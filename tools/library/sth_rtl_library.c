/* Loads the Verilated RTL of a configuration at run time. */
#include "systolith_rtl.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

/* Writes the path; returns whether a file is there. */
static bool find(const char *dir, const char *name, char path[PATH_MAX])
{
    char place[PATH_MAX];
    int length;

    if (!dir) {
        sth_place_rtl(place, sizeof(place));
        dir = place;
    }
    length = snprintf(path, PATH_MAX, "%s/%s/libsth_rtl.so", dir, name);
    return length > 0 && length < PATH_MAX && !access(path, R_OK);
}

bool sth_rtl_is_built(const char *dir, const char *name)
{
    char path[PATH_MAX];

    return find(dir, name, path);
}

/* Whether the library at `path` fits; else says how it does not. */
static bool fits(const struct sth_backend *backend,
                 const struct sth_config *config, const char *path, char *error,
                 size_t error_size)
{
    uint32_t hash = sth_params_hash(&config->params);

    if (backend->abi != STH_BACKEND_ABI) {
        snprintf(error, error_size,
                 "%s has interface %u, this program has %u; run `make rtl "
                 "CONFIG=%s` of the same version",
                 path, (unsigned)backend->abi, (unsigned)STH_BACKEND_ABI,
                 config->name);
        return false;
    }
    if (backend->params_hash != hash) {
        snprintf(error, error_size,
                 "%s was built for other parameters (hash %08x, the "
                 "configuration has %08x); run `make rtl CONFIG=%s` again",
                 path, (unsigned)backend->params_hash, (unsigned)hash,
                 config->name);
        return false;
    }
    return true;
}

bool sth_rtl_open(struct sth_rtl *rtl, const char *dir,
                  const struct sth_config *config, char *error,
                  size_t error_size)
{
    char path[PATH_MAX];

    rtl->backend = NULL;
    rtl->library = NULL;
    if (!find(dir, config->name, path)) {
        snprintf(error, error_size,
                 "the RTL of configuration '%s' is not built (%s); run `make "
                 "rtl CONFIG=%s`, or `make install RTL=%s`",
                 config->name, path, config->name, config->name);
        return false;
    }
    /* What the runtime of Verilator allocates stays for the next one. */
    rtl->library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (rtl->library)
        rtl->backend = dlsym(rtl->library, STH_BACKEND_SYMBOL);
    if (!rtl->backend) {
        snprintf(error, error_size, "cannot load the RTL: %s", dlerror());
    } else if (fits(rtl->backend, config, path, error, error_size)) {
        return true;
    }
    sth_rtl_close(rtl);
    return false;
}

void sth_rtl_close(struct sth_rtl *rtl)
{
    if (rtl->library)
        dlclose(rtl->library);
    rtl->backend = NULL;
    rtl->library = NULL;
}

struct sth_device *sth_rtl_create(const struct sth_backend *backend,
                                  struct sth_mem *mem,
                                  const struct sth_rtl_options *options)
{
    const struct sth_rtl_options none = {0};

    return backend->create_rtl(&sth_mem_ops, mem, options ? options : &none);
}
