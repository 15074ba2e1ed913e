/*
 * The firmware's runtime plays a trace file on the C model.  Built against an
 * installed tree.
 *
 *     play CONFIG.cfg FILE.trace
 */
#include <stdio.h>
#include <stdlib.h>

#include <systolith.h>
#include <systolith_firmware.h>

static char *read_file(const char *path, size_t *bytes)
{
    FILE *file = fopen(path, "rb");
    char *text = (char *)malloc(1 << 20);

    if (!file || !text)
        exit(2);
    *bytes = fread(text, 1, 1 << 20, file);
    fclose(file);
    return text;
}

int main(int argc, char **argv)
{
    struct sth_config config;
    struct sth_mem_config memory;
    struct sth_runtime_config how;
    struct sth_trace trace;
    struct sth_trace_error problem;
    struct sth_hal hal;
    enum sth_fw_err err;
    char error[512];
    size_t bytes, arena_bytes, workspace_bytes;

    if (argc != 3 || !sth_config_load(argv[1], &config, error, sizeof(error)))
        return 2;
    sth_mem_config_default(&memory);
    struct sth_mem *mem =
        sth_mem_create(&memory, config.params.bus_bytes, false);
    struct sth_device *dev = sth_csim_create(&config.params, mem, NULL);
    static struct sth_runtime runtime[1]; /* too large for some stacks */

    char *text = read_file(argv[2], &bytes);
    arena_bytes = sth_trace_arena_bound(text, bytes);
    void *arena = malloc(arena_bytes);
    err = sth_trace_parse(&trace, text, bytes, arena, arena_bytes, &problem);
    if (err != STH_FW_ERR_OK) {
        printf("%s:%u: %s\n", argv[2], (unsigned)problem.line, problem.message);
        return 1;
    }
    sth_hal_host_init(&hal, dev);
    sth_runtime_config_default(&how);
    err = sth_runtime_init(runtime, &hal, &how);
    workspace_bytes = sth_runtime_workspace_bytes(&trace);
    void *workspace = malloc(workspace_bytes);
    sth_runtime_place(runtime, &trace);
    if (err == STH_FW_ERR_OK)
        err = sth_runtime_run(runtime, &trace, workspace, workspace_bytes);
    printf("%s, %llu cycles\n", sth_fw_err_text(err),
           (unsigned long long)dev->ops->cycles(dev));
    sth_runtime_fini(runtime);
    free(workspace);
    free(arena);
    free(text);
    dev->ops->destroy(dev);
    sth_mem_destroy(mem);
    return err == STH_FW_ERR_OK ? 0 : 1;
}
