#include "sth_rtl_library.h"

#include "sth_spec.h"

#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

static bool find(const char *dir, const char *name, char *path, size_t size)
{
    snprintf(path, size, "%s/%s/libsth_rtl.so", dir, name);
    return access(path, R_OK) == 0;
}

bool sth_rtl_library_is_built(const char *dir, const char *name)
{
    char path[4096];

    return find(dir, name, path, sizeof(path));
}

const struct sth_backend *sth_rtl_library_open(const char *dir,
                                               const struct sth_config *config,
                                               void **handle, char *error,
                                               size_t error_size)
{
    const struct sth_backend *backend;
    char path[4096];

    if (!find(dir, config->name, path, sizeof(path))) {
        snprintf(error, error_size,
                 "the RTL of configuration '%s' is not built (%s); run `make "
                 "rtl CONFIG=%s`",
                 config->name, path, config->name);
        return NULL;
    }
    *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    backend = *handle ? dlsym(*handle, STH_BACKEND_SYMBOL) : NULL;
    if (!backend) {
        snprintf(error, error_size, "cannot load the RTL: %s", dlerror());
    } else if (backend->abi != STH_BACKEND_ABI ||
               backend->params_hash != sth_params_hash(&config->params)) {
        snprintf(error, error_size,
                 "%s was built for other parameters (hash %08x, the "
                 "configuration has %08x); run `make rtl CONFIG=%s` again",
                 path, backend->params_hash, sth_params_hash(&config->params),
                 config->name);
    } else {
        return backend;
    }
    if (*handle)
        dlclose(*handle);
    *handle = NULL;
    return NULL;
}
