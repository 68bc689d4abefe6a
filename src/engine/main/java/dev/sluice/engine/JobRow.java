package dev.sluice.engine;

import dev.sluice.engine.sampling.Role;
import dev.sluice.engine.sampling.RowSource;
import dev.sluice.engine.scheduling.Row;
import dev.sluice.request.Network;

/**
 * One evaluation of one network for a job.
 *
 * @param source the image or the prompt that asked for it
 * @param role what the result is for
 */
record JobRow(Job job, RowSource source, Role role) implements Row {
    @Override
    public Network network() {
        return role.network();
    }
}
