package dev.sluice.lookup;

import dev.sluice.events.v1.CostIncurred;
import java.util.List;
import java.util.Optional;

/**
 * What the topics say of one request.
 *
 * @param charges for this outcome, each once
 * @param letter a dead letter of the same id beside an outcome: another request had the id, or the same came once more
 */
public record Found(
        String requestId, Standing standing, List<CostIncurred> charges, Optional<Standing.DeadLetter> letter) {
    public Found {
        charges = List.copyOf(charges);
    }
}
