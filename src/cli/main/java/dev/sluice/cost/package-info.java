/**
 * What {@code sluice cost} knows of charges: {@link dev.sluice.cost.CostTopic} reads them off Kafka, a {@link
 * dev.sluice.cost.CostReport} adds them up by {@linkplain dev.sluice.cost.Dimension dimensions}, a {@link
 * dev.sluice.cost.CostCheck} compares them with the meters of the processes, and the formats show what came of it. Money is
 * decimal everywhere. Nothing here is used while serving.
 */
@NullMarked
package dev.sluice.cost;

import org.jspecify.annotations.NullMarked;
