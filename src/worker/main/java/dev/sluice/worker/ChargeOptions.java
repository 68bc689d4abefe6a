package dev.sluice.worker;

import dev.sluice.pricing.PriceList;
import java.time.Duration;

/**
 * What the configuration says of charges.
 *
 * @param overheadInterval how often device time that no request answers for is charged
 */
public record ChargeOptions(PriceList prices, Duration overheadInterval) {}
