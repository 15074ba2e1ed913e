/* Registers, memory, breakpoints and watchpoints, as gdb asks for them. */
#include "sth_gdb_remote.h"

#include <errno.h>

enum { GENERAL = 33 /* x0 to x31, pc: what packet g has */ };

static bool read_registers(struct sth_gdb_remote *r)
{
    const struct sth_gdb_target *t = r->session->target;

    for (uint32_t i = 0; i < GENERAL; i++) {
        uint32_t value;

        if (t->reg_read(t->user, i, &value))
            sth_gdb_put_word(&r->answer, value);
        else
            sth_gdb_put(&r->answer, "xxxxxxxx");
    }
    return true;
}

static bool take_word(struct sth_gdb_reader *packet, uint32_t *value)
{
    uint8_t b[4];

    if (!sth_gdb_take_hex(packet, b, sizeof(b)))
        return false;
    *value = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
             (uint32_t)b[3] << 24;
    return true;
}

/* x0 keeps what it is; the rest must be there. */
static bool write_registers(struct sth_gdb_remote *r,
                            struct sth_gdb_reader *packet)
{
    const struct sth_gdb_target *t = r->session->target;
    uint32_t value[GENERAL];

    for (uint32_t i = 0; i < GENERAL; i++)
        if (!take_word(packet, &value[i]))
            return false;
    for (uint32_t i = 1; i < GENERAL; i++)
        if (!t->reg_write(t->user, i, value[i]))
            return false;
    sth_gdb_ok(r);
    return true;
}

static bool read_register(struct sth_gdb_remote *r,
                          struct sth_gdb_reader *packet)
{
    const struct sth_gdb_target *t = r->session->target;
    uint32_t number, value;

    if (!sth_gdb_take_number(packet, &number) ||
        !t->reg_read(t->user, number, &value))
        return false;
    sth_gdb_put_word(&r->answer, value);
    return true;
}

static bool write_register(struct sth_gdb_remote *r,
                           struct sth_gdb_reader *packet)
{
    const struct sth_gdb_target *t = r->session->target;
    uint32_t number, value;

    if (!sth_gdb_take_number(packet, &number) || !sth_gdb_take(packet, "=") ||
        !take_word(packet, &value) || !t->reg_write(t->user, number, value))
        return false;
    sth_gdb_ok(r);
    return true;
}

/* Of `bytes` from addr on, those below 2^32 and that fit. */
static size_t reach(uint32_t addr, uint32_t bytes, size_t room)
{
    const uint64_t up = (1ull << 32) - addr;
    const size_t most = up < room ? (size_t)up : room;

    return bytes < most ? bytes : most;
}

/* ADDR,BYTES */
static bool take_range(struct sth_gdb_reader *packet, uint32_t *addr,
                       uint32_t *bytes)
{
    return sth_gdb_take_number(packet, addr) && sth_gdb_take(packet, ",") &&
           sth_gdb_take_number(packet, bytes);
}

static bool read_memory(struct sth_gdb_remote *r, struct sth_gdb_reader *packet)
{
    const struct sth_gdb_target *t = r->session->target;
    uint32_t addr, bytes;
    size_t got;

    if (!take_range(packet, &addr, &bytes))
        return false;
    got = t->mem_read(t->user, addr, r->bytes,
                      reach(addr, bytes, sizeof(r->answer.data) / 2));
    if (got == 0)
        return false;
    sth_gdb_put_hex(&r->answer, r->bytes, got);
    return true;
}

static bool write_memory(struct sth_gdb_remote *r,
                         struct sth_gdb_reader *packet, bool binary)
{
    const struct sth_gdb_target *t = r->session->target;
    uint32_t addr, bytes;
    size_t there;

    if (!take_range(packet, &addr, &bytes) || !sth_gdb_take(packet, ":"))
        return false;
    there = reach(addr, bytes, sizeof(r->bytes));
    if (there != bytes ||
        !(binary ? sth_gdb_take_binary(packet, r->bytes, there) == there
                 : sth_gdb_take_hex(packet, r->bytes, there)) ||
        !sth_gdb_at_end(packet) ||
        t->mem_write(t->user, addr, r->bytes, there) != there)
        return false;
    sth_gdb_ok(r);
    return true;
}

/* KIND,ADDR,BYTES, and conditions, which gdb then looks at itself. */
static bool change_point(struct sth_gdb_remote *r,
                         struct sth_gdb_reader *packet, bool insert)
{
    struct sth_gdb_session *s = r->session;
    struct sth_gdb_point point;
    uint32_t kind;

    if (!sth_gdb_take_number(packet, &kind) || !sth_gdb_take(packet, ",") ||
        !take_range(packet, &point.addr, &point.bytes) ||
        kind >= STH_GDB_POINT_KINDS)
        return false;
    point.kind = (enum sth_gdb_point_kind)kind;
    if (!insert)
        sth_gdb_points_remove(&s->points, s->target, &point);
    else if (point.bytes == 0 || point.bytes > (1ull << 32) - point.addr ||
             !sth_gdb_points_add(&s->points, s->target, &point))
        return false;
    sth_gdb_ok(r);
    return true;
}

bool sth_gdb_data(struct sth_gdb_remote *r, struct sth_gdb_reader packet)
{
    const char kind = *packet.at++;
    bool done;

    switch (kind) {
    case 'g':
        done = read_registers(r);
        break;
    case 'G':
        done = write_registers(r, &packet);
        break;
    case 'p':
        done = read_register(r, &packet);
        break;
    case 'P':
        done = write_register(r, &packet);
        break;
    case 'm':
        done = read_memory(r, &packet);
        break;
    case 'M':
    case 'X':
        done = write_memory(r, &packet, kind == 'X');
        break;
    case 'Z':
    case 'z':
        done = change_point(r, &packet, kind == 'Z');
        break;
    default:
        return false;
    }
    if (!done)
        sth_gdb_error(r, EFAULT);
    return true;
}
