#include "sth_axi_slave.h"

#include "sth_spec.h"

#include <stdlib.h>
#include <string.h>

enum {
    BURSTS = 256 /* outstanding in each direction; a power of two */
};

struct burst {
    uint8_t id;
    bool error;
    uint64_t addr;
    uint32_t beats, done;
    uint64_t response; /* write: cycle of the response */
    uint64_t last;     /* write: scheduled cycle of the last beat */
    uint64_t *cycle;   /* of each beat: STH_BURST_BEATS entries */
};

/* Bursts in order of acceptance; those before `head` are over. */
struct queue {
    struct burst burst[BURSTS];
    uint32_t head, tail;
};

struct sth_axi_slave {
    const struct sth_mem_ops *memory;
    struct sth_mem *mem;
    uint32_t bus_bytes, stall_percent;
    bool reorder;
    uint64_t random;
    struct queue read, write, answer;
    uint32_t read_pick;   /* burst whose beat is being offered */
    uint32_t answer_pick; /* write response being offered */
    struct sth_axi_reply reply;
    struct sth_axi_held held;
    uint64_t *cycles; /* backing store of the beat schedules */
};

static struct burst *at(struct queue *q, uint32_t i)
{
    return &q->burst[i % BURSTS];
}

static uint32_t draw(struct sth_axi_slave *s)
{
    s->random ^= s->random << 13;
    s->random ^= s->random >> 7;
    s->random ^= s->random << 17;
    return (uint32_t)(s->random >> 32);
}

static bool stalled(struct sth_axi_slave *s)
{
    return s->stall_percent && draw(s) % 100 < s->stall_percent;
}

struct sth_axi_slave *sth_axi_slave_create(const struct sth_mem_ops *memory,
                                           struct sth_mem *mem,
                                           uint32_t bus_bytes,
                                           uint32_t stall_percent,
                                           uint32_t seed, bool reorder)
{
    struct sth_axi_slave *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->cycles = calloc(2 * BURSTS * STH_BURST_BEATS, sizeof(*s->cycles));
    if (!s->cycles) {
        free(s);
        return NULL;
    }
    for (uint32_t i = 0; i < BURSTS; i++) {
        s->read.burst[i].cycle = s->cycles + i * STH_BURST_BEATS;
        s->write.burst[i].cycle = s->cycles + (BURSTS + i) * STH_BURST_BEATS;
    }
    s->memory = memory;
    s->mem = mem;
    s->bus_bytes = bus_bytes;
    s->stall_percent = stall_percent;
    s->reorder = reorder;
    s->random = 0x9e3779b97f4a7c15u ^ ((uint64_t)seed << 17 | seed);
    return s;
}

void sth_axi_slave_destroy(struct sth_axi_slave *slave)
{
    if (slave)
        free(slave->cycles);
    free(slave);
}

/* Whether an older unfinished burst of the queue carries the same ID. */
static bool is_behind_same_id(struct queue *q, uint32_t i)
{
    for (uint32_t j = q->head; j != i; j++)
        if (at(q, j)->done < at(q, j)->beats && at(q, j)->id == at(q, i)->id)
            return true;
    return false;
}

/* Chooses the read burst that offers a beat in this cycle. */
static bool pick_read(struct sth_axi_slave *s, uint64_t now, uint32_t *pick)
{
    struct queue *q = &s->read;
    uint32_t ready = 0;

    for (uint32_t i = q->head; i != q->tail; i++) {
        const struct burst *b = at(q, i);

        if (b->done == b->beats)
            continue;
        if (!s->reorder) {
            *pick = i;
            return b->cycle[b->done] <= now;
        }
        if (b->cycle[b->done] > now)
            break; /* younger bursts are scheduled later */
        if (!is_behind_same_id(q, i) && draw(s) % ++ready == 0)
            *pick = i;
    }
    return ready > 0;
}

static bool pick_answer(struct sth_axi_slave *s, uint64_t now, uint32_t *pick)
{
    struct queue *q = &s->answer;
    uint32_t ready = 0;

    for (uint32_t i = q->head; i != q->tail; i++) {
        const struct burst *b = at(q, i);

        if (b->done || b->response > now)
            continue;
        if (!s->reorder) {
            *pick = i;
            return true;
        }
        if (!is_behind_same_id(q, i) && draw(s) % ++ready == 0)
            *pick = i;
    }
    return ready > 0;
}

static void offer_read(struct sth_axi_slave *s, uint64_t now)
{
    struct sth_axi_reply *r = &s->reply;
    const struct burst *b;

    r->r_valid = pick_read(s, now, &s->read_pick);
    if (!r->r_valid)
        return;
    b = at(&s->read, s->read_pick);
    r->r_id = b->id;
    r->r_last = b->done + 1 == b->beats;
    r->r_error = b->error;
    s->memory->read(s->mem, b->addr + (uint64_t)b->done * s->bus_bytes,
                    r->r_data, s->bus_bytes);
}

static void offer_answer(struct sth_axi_slave *s, uint64_t now)
{
    struct sth_axi_reply *r = &s->reply;
    const struct burst *b;

    r->b_valid = pick_answer(s, now, &s->answer_pick);
    if (!r->b_valid)
        return;
    b = at(&s->answer, s->answer_pick);
    r->b_id = b->id;
    r->b_error = b->error;
}

const struct sth_axi_reply *sth_axi_slave_drive(struct sth_axi_slave *slave,
                                                uint64_t now)
{
    struct sth_axi_slave *s = slave;
    struct sth_axi_reply *r = &s->reply;
    const struct burst *w = at(&s->write, s->write.head);

    r->ar_ready = s->read.tail - s->read.head < BURSTS && !stalled(s);
    /* Each burst of data needs room for its answer. */
    r->aw_ready =
        (s->write.tail - s->write.head) + (s->answer.tail - s->answer.head) <
            BURSTS &&
        !stalled(s);
    r->w_ready = s->write.head != s->write.tail && w->cycle[w->done] <= now;
    /* What is offered and not taken must stay as it is. */
    if (!r->r_valid)
        offer_read(s, now);
    if (!r->b_valid)
        offer_answer(s, now);
    return r;
}

static const char *check_address(const struct sth_axi_slave *s, uint64_t addr,
                                 uint32_t beats, uint8_t size,
                                 struct sth_axi_kind kind)
{
    const char *broken = sth_axi_check_kind(s->bus_bytes, size, kind);

    return broken ? broken : sth_axi_check_burst(s->bus_bytes, addr, beats);
}

static const char *accept_read(struct sth_axi_slave *s, uint64_t now,
                               const struct sth_axi_master *m)
{
    struct burst *b = at(&s->read, s->read.tail);
    const char *broken =
        check_address(s, m->ar_addr, m->ar_beats, m->ar_size, m->ar_kind);

    if (broken)
        return broken;
    b->id = m->ar_id;
    b->addr = m->ar_addr;
    b->beats = m->ar_beats;
    b->done = 0;
    b->error =
        s->memory->is_error(s->mem, b->addr, (uint64_t)b->beats * s->bus_bytes);
    s->memory->read_burst(s->mem, now, b->addr, b->beats, b->cycle);
    s->read.tail++;
    return NULL;
}

static const char *accept_write(struct sth_axi_slave *s, uint64_t now,
                                const struct sth_axi_master *m)
{
    struct burst *b = at(&s->write, s->write.tail);
    const char *broken =
        check_address(s, m->aw_addr, m->aw_beats, m->aw_size, m->aw_kind);

    if (broken)
        return broken;
    b->id = m->aw_id;
    b->addr = m->aw_addr;
    b->beats = m->aw_beats;
    b->done = 0;
    b->error =
        s->memory->is_error(s->mem, b->addr, (uint64_t)b->beats * s->bus_bytes);
    b->response = s->memory->write_burst(s->mem, now, b->addr, b->beats,
                                         b->cycle, &b->last);
    s->write.tail++;
    return NULL;
}

/* Writes the bytes that the strobes select, run by run. */
static void store_beat(struct sth_axi_slave *s, uint64_t addr,
                       const struct sth_axi_master *m)
{
    uint32_t first = 0;

    while (first < s->bus_bytes) {
        uint32_t end = first;

        while (end < s->bus_bytes && m->w_strb[end / 8] >> (end % 8) & 1)
            end++;
        if (end > first)
            s->memory->write(s->mem, addr + first, m->w_data + first,
                             end - first);
        first = end + 1;
    }
}

static const char *accept_beat(struct sth_axi_slave *s, uint64_t now,
                               const struct sth_axi_master *m)
{
    struct burst *b = at(&s->write, s->write.head);
    struct burst *a = at(&s->answer, s->answer.tail);

    if (m->w_last != (b->done + 1 == b->beats))
        return "WLAST is not on the last beat of its burst";
    if (!b->error)
        store_beat(s, b->addr + (uint64_t)b->done * s->bus_bytes, m);
    if (++b->done < b->beats)
        return NULL;
    a->id = b->id;
    a->error = b->error;
    a->beats = 1;
    a->done = 0;
    a->response = b->response + (now > b->last ? now - b->last : 0);
    s->answer.tail++;
    s->write.head++;
    return NULL;
}

static void retire(struct queue *q)
{
    while (q->head != q->tail && at(q, q->head)->done == at(q, q->head)->beats)
        q->head++;
}

const char *sth_axi_slave_clock(struct sth_axi_slave *slave, uint64_t now,
                                const struct sth_axi_master *master)
{
    struct sth_axi_slave *s = slave;
    struct sth_axi_reply *r = &s->reply;
    const char *broken = sth_axi_check_held(
        &s->held, s->bus_bytes, master, r->ar_ready, r->aw_ready, r->w_ready);

    if (r->r_valid && master->r_ready) {
        at(&s->read, s->read_pick)->done++;
        r->r_valid = false;
        retire(&s->read);
    }
    if (r->b_valid && master->b_ready) {
        at(&s->answer, s->answer_pick)->done++;
        r->b_valid = false;
        retire(&s->answer);
    }
    if (!broken && r->w_ready && master->w_valid)
        broken = accept_beat(s, now, master);
    if (!broken && r->ar_ready && master->ar_valid)
        broken = accept_read(s, now, master);
    if (!broken && r->aw_ready && master->aw_valid)
        broken = accept_write(s, now, master);
    return broken;
}

static bool holds(const struct queue *q, uint8_t id)
{
    for (uint32_t i = q->head; i != q->tail; i++) {
        const struct burst *b = &q->burst[i % BURSTS];

        if (b->done < b->beats && b->id == id)
            return true;
    }
    return false;
}

bool sth_axi_slave_holds(const struct sth_axi_slave *slave, bool write,
                         uint8_t id)
{
    return write ? holds(&slave->write, id) || holds(&slave->answer, id)
                 : holds(&slave->read, id);
}

bool sth_axi_slave_idle(const struct sth_axi_slave *slave)
{
    return slave->read.head == slave->read.tail &&
           slave->write.head == slave->write.tail &&
           slave->answer.head == slave->answer.tail;
}
