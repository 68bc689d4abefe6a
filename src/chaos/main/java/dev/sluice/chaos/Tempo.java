package dev.sluice.chaos;

import java.time.Duration;

/**
 * How long faults last.
 *
 * @param outage of broker or registry
 * @param storm how long workers join and leave
 * @param stormStep from one join or leave to the next
 * @param zombie how long a worker stands still; above its session's timeout
 * @param pause at most, from one fault to the next, beyond what {@code outcomes} need
 * @param outcomes that there must be from one fault to the next, so that what is broken next has work to lose
 */
record Tempo(Duration outage, Duration storm, Duration stormStep, Duration zombie, Duration pause, int outcomes) {
    /** Times for runs of half an hour and more. */
    static final Tempo LONG = new Tempo(
            Duration.ofSeconds(60),
            Duration.ofMinutes(3),
            Duration.ofSeconds(5),
            Duration.ofSeconds(15),
            Duration.ofSeconds(8),
            25);

    /** Times for a continuous build. */
    static final Tempo SHORT = new Tempo(
            Duration.ofSeconds(8),
            Duration.ofSeconds(20),
            Duration.ofSeconds(5),
            Duration.ofSeconds(9),
            Duration.ofSeconds(3),
            10);
}
