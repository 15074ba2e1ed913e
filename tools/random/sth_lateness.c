#include "sth_lateness.h"

static const double WORST = 0.02;

static double distance(uint64_t a, uint64_t b)
{
    return (double)(a > b ? a - b : b - a);
}

bool sth_lateness_allows(uint64_t csim, uint64_t rtl)
{
    return distance(csim, rtl) <= WORST * (double)rtl;
}

void sth_lateness_add(struct sth_lateness_sum *sum, uint64_t csim, uint64_t rtl)
{
    double error = rtl ? distance(csim, rtl) / (double)rtl : 0;

    sum->programs++;
    sum->error += error;
    if (error > sum->worst)
        sum->worst = error;
}

double sth_lateness_mean(const struct sth_lateness_sum *sum)
{
    return sum->programs ? sum->error / (double)sum->programs : 0;
}
