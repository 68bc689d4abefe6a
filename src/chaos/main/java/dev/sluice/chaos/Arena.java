package dev.sluice.chaos;

import dev.sluice.chaos.surroundings.Surroundings;

/**
 * What a fault may affect. Used by the thread that strikes.
 *
 * @param traffic of that thread's own
 */
record Arena(
        Surroundings around,
        Fleet fleet,
        Publisher publisher,
        EvolvedRequests evolved,
        ChaosTraffic traffic,
        Tempo tempo) {}
