package dev.sluice.engine;

import dev.sluice.model.ModelException;
import dev.sluice.model.RowBuffers;
import java.nio.FloatBuffer;
import java.util.List;

/** The rows that go to a network together, oldest first. What they leave of the constant row count is padding. */
record Call(Lane lane, Network network, List<Row> rows, RowBuffers buffers) {
    /** Which network is called. */
    enum Network {
        DENOISER,
        GUIDE
    }

    /**
     * Fills the buffers and evaluates the network.
     *
     * @return predictions or gradients, row after row; valid until the next call
     * @throws ModelException if the device or the model code fails
     */
    FloatBuffer evaluate() {
        buffers.clear();
        for (Row row : rows) {
            row.trajectory().fill(row.role(), buffers);
        }
        buffers.pad();
        return switch (network) {
            case DENOISER -> lane.bundle().denoiser().evaluate(buffers);
            case GUIDE -> lane.bundle().guide().orElseThrow().evaluate(buffers).gradients();
        };
    }

    CostSplit split(long nanos) {
        return new CostSplit(nanos, rows.size(), buffers.rowsPerCall());
    }
}
