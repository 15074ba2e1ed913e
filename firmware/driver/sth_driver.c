/* Driver: discovery, the command ring, faults and diagnosis. */
#include <string.h>

#include "sth_driver.h"
#include "sth_param_rule.h"

#define RESET_POLLS 1000000u

void sth_driver_config_default(struct sth_driver_config *config)
{
    config->ring_addr = 0;
    config->ring_log2 = 10;
    config->expected_hash = 0;
    config->timeout_cycles = 100000000u;
    config->watchdog = STH_DRIVER_WATCHDOG_AUTO;
}

/* The engine of each opcode, plus one; 0: there is none. */
static const uint8_t engine_behind[256] = {
#define ENGINE(name, number, doc)
#define CMD(name, opc, engine, doc) [opc] = STH_ENGINE_##engine + 1,
#define CFIELD(cmd, name, word, lsb, width, doc)
#include "commands.def"
#undef ENGINE
#undef CMD
#undef CFIELD
};

uint32_t sth_driver_engine_of(uint32_t opcode)
{
    const uint32_t engine = opcode < 256 ? engine_behind[opcode] : 0;

    return engine != 0 ? engine - 1 : STH_ENGINE_COUNT;
}

static uint32_t ring_size(const struct sth_driver *driver)
{
    return 1u << driver->config.ring_log2;
}

static uint64_t slot_addr(const struct sth_driver *driver, uint32_t index)
{
    uint32_t slot = index & (ring_size(driver) - 1u);

    return driver->config.ring_addr + (uint64_t)slot * STH_COMMAND_BYTES;
}

/* Reads the capability registers; PARAM when one breaks its rule. */
static enum sth_fw_err discover(struct sth_driver *driver)
{
    uint32_t offset = STH_REG_CAP_BASE;

#define PARAM(c, ...)                                                          \
    driver->params.c = sth_hal_reg_read(driver->hal, offset);                  \
    offset += 4;
#include "params.def"
#undef PARAM
    return sth_params_bad(&driver->params) < 0 ? STH_FW_ERR_OK
                                               : STH_FW_ERR_PARAM;
}

static enum sth_fw_err check_identity(struct sth_driver *driver)
{
    struct sth_hal *hal = driver->hal;
    enum sth_fw_err err;

    if (sth_hal_reg_read(hal, STH_REG_ID) != (uint32_t)STH_RESET_ID)
        return STH_FW_ERR_DEVICE_ID;
    if (sth_hal_reg_read(hal, STH_REG_VERSION) >> 16 !=
        (uint32_t)STH_RESET_VERSION >> 16)
        return STH_FW_ERR_VERSION;
    err = discover(driver);
    if (err != STH_FW_ERR_OK)
        return err;
    driver->hash = sth_params_hash(&driver->params);
    if (sth_hal_reg_read(hal, STH_REG_CFG_HASH) != driver->hash)
        return STH_FW_ERR_HASH;
    if (driver->config.expected_hash != 0 &&
        driver->config.expected_hash != driver->hash)
        return STH_FW_ERR_EXPECTED_HASH;
    return STH_FW_ERR_OK;
}

/* Memories have less than 2^29 bytes together. */
static uint32_t watchdog_cycles(const struct sth_driver *driver)
{
    const struct sth_params *p = &driver->params;

    switch (driver->config.watchdog) {
    case STH_DRIVER_WATCHDOG_AUTO:
        return 4 * (p->sp_bytes + p->acc_bytes) + 100000;
    case STH_DRIVER_WATCHDOG_OFF:
        return 0;
    default:
        return driver->config.watchdog;
    }
}

/* Soft reset, then the ring registers and ENABLE. */
static enum sth_fw_err start(struct sth_driver *driver)
{
    struct sth_hal *hal = driver->hal;
    uint64_t base = driver->config.ring_addr;
    uint32_t polls = 0;

    sth_hal_reg_write(hal, STH_REG_CTRL, STH_CTRL_SOFT_RESET);
    while ((sth_hal_reg_read(hal, STH_REG_CTRL) & STH_CTRL_SOFT_RESET) != 0)
        if (++polls == RESET_POLLS)
            return STH_FW_ERR_RESET;
    sth_hal_reg_write(hal, STH_REG_RING_BASE_LO, (uint32_t)base);
    sth_hal_reg_write(hal, STH_REG_RING_BASE_HI, (uint32_t)(base >> 32));
    sth_hal_reg_write(hal, STH_REG_RING_LOG2, driver->config.ring_log2);
    sth_hal_reg_write(hal, STH_REG_WATCHDOG, watchdog_cycles(driver));
    sth_hal_reg_write(hal, STH_REG_IRQ_STATUS,
                      STH_IRQ_STATUS_COMMAND | STH_IRQ_STATUS_FAULT);
    sth_hal_reg_write(hal, STH_REG_IRQ_ENABLE,
                      STH_IRQ_ENABLE_COMMAND | STH_IRQ_ENABLE_FAULT);
    driver->tail = 0;
    driver->doorbell = 0;
    driver->head = 0;
    driver->seen_retired = 0;
    driver->lapped = false;
    memset(driver->issued, 0, sizeof driver->issued);
    driver->ring = sth_hal_mem_at(
        hal, base, (size_t)ring_size(driver) * STH_COMMAND_BYTES);
    sth_hal_reg_write(hal, STH_REG_CTRL, STH_CTRL_ENABLE);
    return STH_FW_ERR_OK;
}

/* Names the field of the configuration that cannot be. */
static enum sth_fw_err check_config(struct sth_driver *driver)
{
    const struct sth_driver_config *c = &driver->config;
    uint64_t bytes;

    driver->field = "ring_log2";
    if (c->ring_log2 < STH_RING_LOG2_MIN || c->ring_log2 > STH_RING_LOG2_MAX)
        return STH_FW_ERR_RING;
    bytes = (uint64_t)STH_COMMAND_BYTES << c->ring_log2;
    driver->field = "ring_addr";
    if (c->ring_addr % STH_BURST_BYTES != 0 ||
        c->ring_addr > ((uint64_t)1 << STH_ADDR_BITS) - bytes ||
        !sth_hal_reaches(driver->hal, c->ring_addr, bytes))
        return STH_FW_ERR_RING;
    driver->field = "timeout_cycles";
    if (c->timeout_cycles == 0)
        return STH_FW_ERR_ARGUMENT;
    driver->field = NULL;
    return STH_FW_ERR_OK;
}

enum sth_fw_err sth_driver_init(struct sth_driver *driver, struct sth_hal *hal,
                                const struct sth_driver_config *config)
{
    enum sth_fw_err err;

    memset(driver, 0, sizeof *driver);
    driver->hal = hal;
    driver->config = *config;
    err = check_config(driver);
    if (err == STH_FW_ERR_OK)
        err = check_identity(driver);
    return err == STH_FW_ERR_OK ? start(driver) : err;
}

enum sth_fw_err sth_driver_recover(struct sth_driver *driver)
{
    return start(driver);
}

void sth_driver_fini(struct sth_driver *driver)
{
    sth_hal_reg_write(driver->hal, STH_REG_CTRL, 0);
}

void sth_driver_flush(struct sth_driver *driver)
{
    if (driver->doorbell == driver->tail)
        return;
    sth_hal_reg_write(driver->hal, STH_REG_TAIL, driver->tail);
    driver->doorbell = driver->tail;
}

/*
 * One sleep until something happens.  The interrupt is acknowledged before the
 * caller looks at the counts again, so that none is lost.  A core that is idle
 * has retired what was announced, or never will.
 */
static enum sth_fw_err sleep_once(struct sth_driver *driver)
{
    struct sth_hal *hal = driver->hal;
    enum sth_hal_wake wake = sth_hal_wait(hal, driver->config.timeout_cycles);
    uint32_t retired, hopeless;

    if ((sth_hal_reg_read(hal, STH_REG_STATUS) & STH_STATUS_FAULTED) != 0)
        return STH_FW_ERR_FAULT;
    retired = sth_hal_reg_read(hal, STH_REG_RETIRED);
    hopeless = wake == STH_HAL_WAKE_IDLE ? retired != driver->doorbell
                                         : retired == driver->seen_retired;
    if (wake == STH_HAL_WAKE_INTERRUPT)
        sth_hal_reg_write(hal, STH_REG_IRQ_STATUS, STH_IRQ_STATUS_COMMAND);
    else if (hopeless)
        return STH_FW_ERR_TIMEOUT;
    driver->seen_retired = retired;
    return STH_FW_ERR_OK;
}

static enum sth_fw_err wait_for_room(struct sth_driver *driver)
{
    enum sth_fw_err err;

    while (driver->tail - driver->head == ring_size(driver)) {
        sth_driver_flush(driver);
        driver->head = sth_hal_reg_read(driver->hal, STH_REG_HEAD);
        if (driver->tail - driver->head != ring_size(driver))
            break;
        err = sleep_once(driver);
        if (err != STH_FW_ERR_OK)
            return err;
    }
    return STH_FW_ERR_OK;
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "commands lie in memory as in a register");

static void read_command(struct sth_driver *driver, uint32_t index,
                         struct sth_command *command)
{
    if (driver->ring != NULL)
        *command = driver->ring[index & (ring_size(driver) - 1u)];
    else
        sth_hal_mem_read(driver->hal, slot_addr(driver, index), command->word,
                         STH_COMMAND_BYTES);
}

/* Both are at least 1. */
static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/*
 * They end where a doorbell is due, the ring is full or a quarter of it ends,
 * where one carries the IRQ flag.
 */
enum sth_fw_err sth_driver_claim(struct sth_driver *driver, uint32_t *count,
                                 struct sth_command **place)
{
    const uint32_t size = ring_size(driver), tail = driver->tail;
    enum sth_fw_err err =
        *count != 0 ? wait_for_room(driver) : STH_FW_ERR_ARGUMENT;
    uint32_t fit = STH_DRIVER_DOORBELL - (tail - driver->doorbell);

    if (err != STH_FW_ERR_OK)
        return err;
    fit = least(fit, size - (tail - driver->head));
    fit = least(fit, size / 4u - (tail & (size / 4u - 1u)));
    *count = least(*count, fit);
    *place = driver->ring != NULL ? &driver->ring[tail & (size - 1u)]
                                  : driver->staged;
    return STH_FW_ERR_OK;
}

/*
 * Every quarter of the ring carries the IRQ flag.  When the ring is full, at
 * least three such commands are still to retire, so a sleeper is woken.
 */
void sth_driver_commit(struct sth_driver *driver, struct sth_command *place,
                       uint32_t count)
{
    const uint32_t tail = driver->tail + count;

    if ((tail & (ring_size(driver) / 4u - 1u)) == 0) {
        STH_SET(&place[count - 1], ANY_IRQ, 1);
        driver->lapped |= (tail & (ring_size(driver) - 1u)) == 0;
    }
    for (uint32_t i = 0; i < count; i++)
        driver->issued[engine_behind[STH_GET(&place[i], ANY_OPCODE)]]++;
    if (driver->ring == NULL)
        sth_hal_mem_write(driver->hal, slot_addr(driver, driver->tail), place,
                          (size_t)count * STH_COMMAND_BYTES);
    driver->tail = tail;
    if (tail - driver->doorbell >= STH_DRIVER_DOORBELL)
        sth_driver_flush(driver);
}

enum sth_fw_err sth_driver_put(struct sth_driver *driver,
                               const struct sth_command *command)
{
    struct sth_command *place;
    uint32_t count = 1;
    enum sth_fw_err err = sth_driver_claim(driver, &count, &place);

    if (err != STH_FW_ERR_OK)
        return err;
    *place = *command;
    sth_driver_commit(driver, place, count);
    return STH_FW_ERR_OK;
}

enum sth_fw_err sth_driver_wait_retired(struct sth_driver *driver)
{
    enum sth_fw_err err;

    sth_driver_flush(driver);
    while (sth_hal_reg_read(driver->hal, STH_REG_RETIRED) != driver->tail) {
        err = sleep_once(driver);
        if (err != STH_FW_ERR_OK)
            return err;
    }
    driver->head = driver->tail;
    driver->seen_retired = driver->tail;
    return STH_FW_ERR_OK;
}

void sth_driver_read_fault(struct sth_driver *driver,
                           struct sth_driver_fault *fault)
{
    struct sth_hal *hal = driver->hal;

    fault->code = sth_hal_reg_read(hal, STH_REG_FAULT_CODE);
    fault->index = sth_hal_reg_read(hal, STH_REG_FAULT_INDEX);
    fault->addr = sth_hal_reg_read(hal, STH_REG_FAULT_ADDR_LO);
    fault->addr |= (uint64_t)sth_hal_reg_read(hal, STH_REG_FAULT_ADDR_HI) << 32;
}

uint64_t sth_driver_read_counter(struct sth_driver *driver,
                                 enum sth_counter counter)
{
    uint32_t offset = STH_REG_CNT_BASE + 8u * (uint32_t)counter;
    uint64_t low = sth_hal_reg_read(driver->hal, offset);

    return low | (uint64_t)sth_hal_reg_read(driver->hal, offset + 4u) << 32;
}

/* How many of the newest commands the ring holds. */
static uint32_t held(const struct sth_driver *driver)
{
    return driver->lapped ? ring_size(driver) : driver->tail;
}

/*
 * The engine has retired `done` of the commands issued to it; the oldest
 * unretired one is found by counting back from the newest in the ring.
 */
static void find_oldest(struct sth_driver *driver,
                        struct sth_driver_diagnosis *d, uint32_t engine,
                        uint32_t done)
{
    uint32_t ordinal = driver->issued[engine + 1];
    const uint32_t reach = held(driver);

    for (uint32_t back = 1; back <= reach && ordinal != done; back++) {
        struct sth_command command;
        uint32_t index = driver->tail - back;

        read_command(driver, index, &command);
        if (sth_driver_engine_of(STH_GET(&command, ANY_OPCODE)) != engine)
            continue;
        ordinal--;
        if (ordinal != done)
            continue;
        d->known |= 1u << engine;
        d->index[engine] = index;
        d->command[engine] = command;
        for (uint32_t s = 0; s < STH_SEMAPHORES; s++)
            if ((STH_GET(&command, ANY_WAIT) >> s & 1u) != 0 &&
                d->semaphore[s] == 0)
                d->waits_for[engine] |= 1u << s;
    }
}

bool sth_driver_read_command(struct sth_driver *driver, uint32_t index,
                             struct sth_command *command)
{
    uint32_t back = driver->tail - index;

    if (back == 0 || back > held(driver) || back == ring_size(driver))
        return false;
    read_command(driver, index, command);
    return true;
}

void sth_driver_diagnose(struct sth_driver *driver,
                         struct sth_driver_diagnosis *d)
{
    static const enum sth_counter commands[STH_ENGINE_COUNT] = {
        [STH_ENGINE_LOAD] = STH_CNT_LOAD_COMMANDS,
        [STH_ENGINE_MATRIX] = STH_CNT_MATRIX_COMMANDS,
        [STH_ENGINE_VECTOR] = STH_CNT_VECTOR_COMMANDS,
        [STH_ENGINE_STORE] = STH_CNT_STORE_COMMANDS,
    };
    struct sth_hal *hal = driver->hal;
    uint32_t status = sth_hal_reg_read(hal, STH_REG_STATUS);

    memset(d, 0, sizeof *d);
    sth_driver_read_fault(driver, &d->fault);
    d->tail = driver->tail;
    d->head = sth_hal_reg_read(hal, STH_REG_HEAD);
    d->retired = sth_hal_reg_read(hal, STH_REG_RETIRED);
    d->engine_busy =
        (status & STH_STATUS_ENGINE_BUSY) >> STH_STATUS_ENGINE_BUSY_LSB;
    d->engine_blocked =
        (status & STH_STATUS_ENGINE_BLOCKED) >> STH_STATUS_ENGINE_BLOCKED_LSB;
    for (uint32_t s = 0; s < STH_SEMAPHORES; s += 4) {
        uint32_t word = sth_hal_reg_read(hal, STH_REG_SEM0 + s);

        for (uint32_t i = 0; i < 4; i++)
            d->semaphore[s + i] = (uint8_t)(word >> (8 * i));
    }
    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++)
        find_oldest(driver, d, e,
                    (uint32_t)sth_driver_read_counter(driver, commands[e]));
}
