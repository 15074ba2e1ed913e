// systolith-vp: the virtual platform, which `systolith vp` runs.
#include "sth_platform_tlm.h"
#include "sth_vp_command.h"
#include "sth_vp_job.h"

#include <memory>

namespace
{

std::unique_ptr<sth_platform_tlm> platform;
sth_vp_engine engine;

const sth_vp_engine *make(uint32_t chips, uint32_t clock_mhz, uint32_t quantum)
{
    platform = std::make_unique<sth_platform_tlm>("platform", chips, clock_mhz,
                                                  quantum);
    engine = {
        platform.get(), sth_platform_tlm::access,
        [](void *user, struct sth_vp *vp) {
            static_cast<sth_platform_tlm *>(user)->run(vp);
        },
        [](void *user) { static_cast<sth_platform_tlm *>(user)->settle(); }};
    return &engine;
}

} // namespace

int sc_main(int, char **)
{
    return 0;
}

int main(int argc, char **argv)
{
    return sth_vp_command(argc, argv, make);
}
