// C++ on an installed tree: model and RTL as one device in step, a product by
// the firmware, every retirement seen on both sides, and a library that is
// refused because its parameters are others.
//
//     lockstep NAME OTHER.cfg
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include <systolith.h>
#include <systolith_firmware.h>
#include <systolith_rtl.h>

namespace
{

struct Pairs {
    unsigned seen = 0;
    unsigned apart = 0; // in what they wrote
};

void on_pair(void *user, const sth_event *reference, const sth_event *dut,
             const sth_command *)
{
    auto *pairs = static_cast<Pairs *>(user);

    pairs->seen++;
    pairs->apart += reference->digest != dut->digest;
}

struct Destroy {
    void operator()(sth_device *dev) const
    {
        dev->ops->destroy(dev);
    }
    void operator()(sth_mem *mem) const
    {
        sth_mem_destroy(mem);
    }
};

using Device = std::unique_ptr<sth_device, Destroy>;
using Memory = std::unique_ptr<sth_mem, Destroy>;

sth_operand tensor(sth_tensor_state &state, uint64_t addr, uint32_t side)
{
    sth_operand o = {};

    state = {};
    state.band_rows = (side + STH_TENSOR_BANDS - 1) / STH_TENSOR_BANDS;
    o.addr = addr;
    o.rows = o.cols = side;
    o.stride = 2 * side;
    o.dtype = STH_DTYPE_BF16;
    o.tensor = &state;
    return o;
}

sth_fw_err multiply(sth_device *dev)
{
    static sth_schedule schedule;
    sth_tensor_state state[3];
    sth_operand x = tensor(state[0], 0x100000, 20);
    sth_operand out = tensor(state[2], 0x300000, 20);
    sth_driver_config config;
    sth_driver driver;
    sth_hal hal;
    sth_gemm gemm = {};

    sth_hal_host_init(&hal, dev);
    sth_driver_config_default(&config);
    sth_fw_err err = sth_driver_init(&driver, &hal, &config);
    if (err != STH_FW_ERR_OK)
        return err;
    for (uint64_t i = 0; i < 400; i++) {
        const uint16_t bits = static_cast<uint16_t>(0x3f80 + i % 64);
        dev->ops->mem_write(dev, 0x100000 + 2 * i, &bits, sizeof(bits));
    }
    gemm.out = &out;
    gemm.x = gemm.w = &x;
    sth_schedule_init(&schedule, &driver);
    sth_schedule_begin_operation(&schedule);
    sth_kernel_gemm(&schedule, &gemm);
    return sth_schedule_finish(&schedule);
}

} // namespace

int main(int argc, char **argv)
{
    char home[4096], error[4600] = "";
    sth_config config, other;
    sth_mem_config memory;
    sth_rtl library;
    sth_difference difference;
    Pairs pairs;

    sth_place_home(home, sizeof(home));
    if (argc != 3 ||
        !sth_config_find(argv[1], home, &config, error, sizeof(error)) ||
        !sth_config_load(argv[2], &other, error, sizeof(error)) ||
        !sth_rtl_open(&library, nullptr, &config, error, sizeof(error))) {
        std::printf("%s\n", error);
        return 2;
    }
    std::memcpy(other.name, config.name, sizeof(other.name));
    sth_rtl refused;
    if (sth_rtl_open(&refused, nullptr, &other, error, sizeof(error)) ||
        std::string(error).find("other parameters") == std::string::npos)
        return 1;

    sth_mem_config_default(&memory);
    {
        const uint32_t bus = config.params.bus_bytes;
        Memory a(sth_mem_create(&memory, bus, false));
        Memory b(sth_mem_create(&memory, bus, false));
        Device model(sth_csim_create(&config.params, a.get(), nullptr));
        Device rtl(sth_rtl_create(library.backend, b.get(), nullptr));
        Device both(library.backend->create_lockstep(model.get(), rtl.get()));

        library.backend->observe(both.get(), on_pair, &pairs);
        const sth_fw_err err = multiply(both.get());
        library.backend->difference(both.get(), &difference);
        std::printf("%s: %u retired on both, %u apart, %s\n",
                    sth_fw_err_text(err), pairs.seen, pairs.apart,
                    difference.found ? difference.text : "no difference");
    }
    sth_rtl_close(&library);
    return pairs.seen > 0 && !pairs.apart && !difference.found ? 0 : 1;
}
