// Every numeric unit of the RTL against csim/numerics, bit for bit.
#include <cinttypes>
#include <cstdio>

#include "Vsth_numeric_top.h"
#include "sth_bench_report.h"
#include "sth_bench_top.h"
#include "sth_vectors.h"

extern "C" {
#include "sth_func.h"
#include "sth_numerics.h"
}

namespace
{

// A unit, how many vectors it got, and the first that it got wrong.
struct Unit {
    const char *name;
    uint64_t vectors = 0, mismatches = 0;
    uint32_t mode = 0, a = 0, b = 0, rtl = 0, reference = 0;

    void check(uint32_t in_mode, uint32_t in_a, uint32_t in_b, uint32_t got,
               uint32_t want)
    {
        vectors++;
        if (got == want || mismatches++)
            return;
        mode = in_mode;
        a = in_a;
        b = in_b;
        rtl = got;
        reference = want;
    }

    // The unit's test: what differed first, and how often.
    void judge(bench::Report &report) const
    {
        char what[96];

        report.test(name);
        snprintf(what, sizeof(what), "%s of %08x and %08x in mode %u", name, a,
                 b, mode);
        report.expect_hex(what, rtl, reference, 8);
        report.expect("vectors that differ", mismatches, 0);
        report.expect_that(vectors > 0, "no vector was tried");
        printf("  %-10s %10" PRIu64 " vectors\n", name, vectors);
    }
};

class Numeric
{
  public:
    Numeric(bench::Report &report, uint64_t seed)
        : report_(report), top_(report, seed)
    {
        top_->valid_i = 0;
        top_.reset();
        sth_vectors_init(&vectors_, seed);
    }

    // Directed and random pairs through every unit of two operands.
    void pairs(uint64_t count)
    {
        for (uint64_t i = 0; i < count; i++) {
            uint32_t a, b;

            sth_vectors_next(&vectors_, &a, &b);
            binary(a, b);
            conversions(a);
            conversions(b);
            product(true, a >> 16, b >> 16);
        }
    }

    // Every upper half through the conversions, every product of int8, every
    // bf16 times some.
    void exhaustive()
    {
        static const uint32_t low[] = {0, 1, 0x7fff, 0x8000, 0x8001, 0xffff};

        for (uint32_t high = 0; high < 0x10000; high++) {
            for (uint32_t l : low)
                conversions(high << 16 | l);
            conversions(high);
            product(false, high >> 8, high & 0xff);
            product(false, high, ~high);
        }
        for (uint32_t w = 0; w < 0x10000; w += 1021)
            for (uint32_t a = 0; a < 0x10000; a++)
                product(true, a, w);
    }

    // Every bf16 through every function, then random values with gaps.
    void functions(uint64_t count)
    {
        for (uint32_t number = 0; number < 16; number++)
            for (uint32_t bf16 = 0; bf16 < 0x10000; bf16++)
                function(true, number, bf16 << 16);
        for (uint64_t i = 0; i < count; i++) {
            uint32_t a, b, r = sth_vectors_random(&vectors_);

            sth_vectors_next(&vectors_, &a, &b);
            // Half of them where the functions bend: 2^-14 to 2^9.
            if (r & 16)
                a = (a & 0x807fffff) | (113 + (r >> 5) % 24) << 23;
            function((r >> 12) % 8 != 0, 1 + r % 8, a);
        }
        for (unsigned i = 0; i < kLatency; i++)
            function(false, 0, 0);
    }

    void judge()
    {
        for (const Unit *u :
             {&add_, &mul_, &max_, &acc_, &pe_, &to_, &from_, &func_})
            u->judge(report_);
    }

  private:
    void binary(uint32_t a, uint32_t b)
    {
        top_->a_i = a;
        top_->b_i = b;
        top_->bf16_i = a & 1;
        top_.follow();
        add_.check(0, a, b, top_->add_o, sth_fp32_add(a, b));
        mul_.check(0, a, b, top_->mul_o, sth_fp32_mul(a, b));
        max_.check(0, a, b, top_->max_o, sth_fp32_max(a, b));
        accumulate(a, b);
        top_->bf16_i = !top_->bf16_i;
        top_.follow();
        accumulate(a, b);
    }

    void accumulate(uint32_t a, uint32_t b)
    {
        acc_.check(top_->bf16_i, a, b, top_->acc_o,
                   sth_acc_add(top_->bf16_i, a, b));
    }

    void conversions(uint32_t a)
    {
        top_->a_i = a;
        for (uint32_t type = 0; type < 4; type++) {
            top_->type_i = uint8_t(type);
            top_.follow();
            to_.check(type, a, 0, top_->to_o, sth_fp32_from_type(type, a));
            from_.check(type, a, 0, top_->from_o, sth_fp32_to_type(type, a));
        }
    }

    void product(bool bf16, uint32_t a, uint32_t w)
    {
        top_->bf16_i = bf16;
        top_->a_i = a;
        top_->b_i = w;
        top_.follow();
        pe_.check(bf16, a, w, top_->pe_o,
                  sth_pe_mul(bf16, uint16_t(a), uint16_t(w)));
    }

    // One cycle that offers a value, or nothing; what was offered in cycle c
    // comes out kLatency cycles later.
    void function(bool valid, uint32_t number, uint32_t v)
    {
        InFlight &slot = pipeline_[cycle_++ % kLatency];

        if (slot.valid)
            func_.check(slot.number, slot.v, 0, top_->func_o,
                        sth_func_eval(slot.number, slot.v));
        slot = {valid, number, v};
        top_->valid_i = valid;
        top_->func_i = uint8_t(number);
        top_->a_i = v;
        top_.settle();
        top_.edge();
    }

    static constexpr unsigned kLatency = STH_LAT_FUNC;
    struct InFlight {
        bool valid;
        uint32_t number, v;
    };

    bench::Report &report_;
    bench::Top<Vsth_numeric_top> top_;
    sth_vectors vectors_ = {};
    InFlight pipeline_[kLatency] = {};
    uint64_t cycle_ = 0;
    Unit add_{"fp32_add"}, mul_{"fp32_mul"}, max_{"fp32_max"};
    Unit acc_{"acc_add"}, pe_{"pe_mul"}, to_{"to_fp32"}, from_{"from_fp32"};
    Unit func_{"func"};
};

void tests(bench::Report &report, const bench::Options &options)
{
    Numeric numeric(report, options.seed);

    report.allow_any_time(); // latencies are fixed
    numeric.pairs(options.count);
    numeric.exhaustive();
    numeric.functions(options.count);
    numeric.judge();
}

} // namespace

int main(int argc, char **argv)
{
    return bench::run(argc, argv,
                      {"numeric", "",
                       "Every numeric unit of the RTL against the C "
                       "definition, bit for bit.",
                       "pairs of operands", 2000000, nullptr},
                      tests);
}
