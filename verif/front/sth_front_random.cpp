// The decoder of the RTL against that of the model, on random commands.
#include <cstdio>

#include "sth_front_tests.h"

#define SET(c, field, value) STH_SET(&(c), field, value)

namespace
{

// A legal command with a few words replaced, nudged or given a stray bit.
sth_command random_command(bench::Random &random)
{
    sth_command c;
    switch (random.bits() % 8) {
    case 0:
        c = make(STH_OP_SYNC_LOAD + random.bits() % 4);
        break;
    case 1:
        c = legal_copy(STH_OP_LOAD + random.bits() % 2);
        break;
    case 2:
    case 3:
    case 4:
        c = legal_matmul(random.bits() & 1, random.bits() & 1,
                         kParams.array_rows > STH_TILE_LANES_MIN &&
                             random.bits() & 1);
        break;
    default:
        c = legal_vector();
        break;
    }
    for (unsigned n = random.bits() % 5; n > 0; n--) {
        uint32_t &w = c.word[random.bits() % STH_COMMAND_WORDS];
        switch (random.bits() % 8) {
        case 0:
            w ^= 1u << random.bits() % 32;
            break;
        case 1:
            w = random.bits() >> random.bits() % 32;
            break;
        case 2:
            w &= random.bits();
            break;
        case 3:
            w += 1u << random.bits() % 20;
            break;
        case 4:
            w = (w & 0xffff0000u) | (random.bits() & 0xffu);
            break;
        case 5:
            w = (w & 0xffff) | random.bits() % 64 << 16;
            break;
        default:
            w -= 1u << random.bits() % 20;
            break;
        }
    }
    SET(c, ANY_WAIT, 0);
    SET(c, ANY_POST, 0);
    return c;
}

} // namespace

static Verdict try_command(Front &front, const sth_command &command)
{
    size_t before = front.starts.size();

    front.put(command);
    front.ring_doorbell();
    front.settle();
    Verdict v = {front.read(STH_REG_FAULT_CODE),
                 front.read(STH_REG_FAULT_ADDR_LO), -1};
    if (front.starts.size() == before + 1)
        v.engine = int(front.starts.back().engine);
    if (v.code != STH_FAULT_NONE)
        front.begin();
    return v;
}

void expect_verdict(Front &front, const sth_command &command,
                    const Verdict &want)
{
    front.report.judge(front.tail, command);
    Verdict got = try_command(front, command);

    front.report.expect("fault code", got.code, want.code);
    front.report.expect("word that is at fault", got.word, want.word);
    front.report.expect("engine, less one: none", uint64_t(got.engine + 1),
                        uint64_t(want.engine + 1));
    front.report.judge_none();
}

void test_random(Front &front, bench::Random &random, uint64_t count)
{
    sth_decoder decoder;
    unsigned histogram[STH_FAULT_COUNT] = {};

    sth_decode_init(&decoder, &kParams);
    front.begin();
    for (uint64_t i = 0; i < count; i++) {
        const sth_command c = random_command(random);
        const sth_decode_fault f = sth_decode_check(&decoder, &c);
        bool legal = f.code == STH_FAULT_NONE;

        front.report.test("random command");
        expect_verdict(front, c,
                       {uint32_t(f.code), f.word,
                        legal ? int(sth_decode_engine(&c)) : -1});
        bench::demand(front.report.good());
        histogram[f.code]++;
    }
    // Every class must have come up, or the test proves little.
    printf("  random commands:");
    for (unsigned code = 0; code <= STH_FAULT_RANGE; code++) {
        printf(" fault %u: %u", code, histogram[code]);
        if (count < 1000)
            continue;
        front.report.test("random commands reach every class of faults");
        front.report.expect_range("commands of a class", histogram[code], 1,
                                  double(count));
    }
    putchar('\n');
}
