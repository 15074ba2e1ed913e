/* The front end as a whole; see sth_front.h. */
#include "sth_front.h"

bool sth_front_init(struct sth_front *front, const struct sth_params *params,
                    struct sth_bus *bus, struct sth_engine_state *const *engine,
                    bool keeps_ring)
{
    struct sth_clock *clock = sth_bus_clock(bus);

    front->params = params;
    front->engine = engine;
    front->status.clock = clock;
    front->counters = (struct sth_counters){
        .clock = clock, .status = &front->status, .engine = engine};
    front->faults = (struct sth_faults){.status = &front->status,
                                        .counters = &front->counters};
    front->fetch = (struct sth_fetch){.clock = clock,
                                      .bus = bus,
                                      .ring = &front->ring,
                                      .status = &front->status,
                                      .faults = &front->faults,
                                      .depth = sth_fetch_ahead(params)};
    front->dispatch = (struct sth_dispatch){.clock = clock,
                                            .fetch = &front->fetch,
                                            .faults = &front->faults,
                                            .engine = engine};
    front->semaphores = (struct sth_semaphores){
        .clock = clock, .faults = &front->faults, .engine = engine};
    front->control = (struct sth_control){.clock = clock,
                                          .status = &front->status,
                                          .faults = &front->faults,
                                          .bus = bus,
                                          .semaphores = &front->semaphores,
                                          .dispatch = &front->dispatch,
                                          .engine = engine};
    sth_decode_init(&front->dispatch.decoder, params);
    sth_fetch_init(&front->fetch);
    sth_dispatch_init(&front->dispatch);
    sth_semaphores_init(&front->semaphores);
    return sth_command_ring_init(&front->ring, sth_bus_storage(bus),
                                 keeps_ring);
}

void sth_front_fini(struct sth_front *front)
{
    sth_command_ring_fini(&front->ring);
}

void sth_front_reset(struct sth_front *front)
{
    sth_status_reset(&front->status);
    sth_counters_reset(&front->counters);
    sth_faults_reset(&front->faults);
    sth_command_ring_reset(&front->ring);
    sth_fetch_reset(&front->fetch);
    sth_dispatch_reset(&front->dispatch);
    sth_semaphores_reset(&front->semaphores);
    sth_control_reset(&front->control);
    front->counter_high = 0;
}
