/* Traces of one operation. */
#include "sth_tracegen.h"

#include "sth_writer.h"

#include <inttypes.h>
#include <math.h>

void sth_tracegen_gemm(FILE *out, uint32_t m, uint32_t n, uint32_t k, bool int8,
                       uint64_t seed)
{
    const char *dtype = int8 ? "i8" : "bf16";
    double scale = int8 ? STH_WRITER_I8_SPREAD : 1;
    double spread = 1 / sqrt(k);

    fprintf(out, "systolith-trace 1\n");
    fprintf(out, "tensor a %s %ux%u seed:%" PRIu64 ":%.9g\n", dtype, m, k, seed,
            scale);
    fprintf(out, "tensor b %s %ux%u seed:%" PRIu64 ":%.9g\n", dtype, k, n,
            seed + 1, int8 ? scale : spread);
    if (int8) {
        fprintf(out, "tensor a.scale fp32 1x%u seed:%" PRIu64 ":0.001:0.025\n",
                m, seed + 2);
        fprintf(out, "tensor b.scale fp32 1x%u seed:%" PRIu64 ":%.9g:%.9g\n", n,
                seed + 3, spread / scale / 10, spread / scale);
    }
    fprintf(out, "tensor c bf16 %ux%u zero\n", m, n);
    fprintf(out, "op matmul name=gemm out=c x=a w=b%s\noutput c\n",
            int8 ? " xscale=a.scale wscale=b.scale" : "");
}

void sth_tracegen_attention(FILE *out,
                            const struct sth_attention_request *request)
{
    const struct sth_attention_request *r = request;
    uint32_t keys = r->batch * (r->past + r->seq);
    uint32_t queries = r->batch * r->seq;

    fprintf(out, "systolith-trace 1\n");
    fprintf(out, "tensor q bf16 %ux%u seed:%" PRIu64 ":1\n", queries,
            r->heads * r->dim, r->seed);
    fprintf(out, "tensor k bf16 %ux%u seed:%" PRIu64 ":1\n", keys,
            r->kv_heads * r->dim, r->seed + 1);
    fprintf(out, "tensor v bf16 %ux%u seed:%" PRIu64 ":1\n", keys,
            r->kv_heads * r->dim, r->seed + 2);
    fprintf(out, "tensor y bf16 %ux%u zero\n", queries, r->heads * r->dim);
    fprintf(out,
            "op attention name=attention out=y q=q k=k v=v heads=%u "
            "kv_heads=%u batch=%u seq=%u past=%u causal=%d scale=0x%08x\n"
            "output y\n",
            r->heads, r->kv_heads, r->batch, r->seq, r->past, r->causal,
            sth_writer_bits(1 / sqrt(r->dim)));
}
