package dev.sluice.capacity;

/** A rule for all requests of a trace: how many of their steps are guided. */
public sealed interface Guiding {
    /** The request under this rule. */
    Ask of(Ask asked);

    /** What a table calls it. */
    String label();

    /** Every step of those that are guided at all. */
    record Fully() implements Guiding {
        @Override
        public Ask of(Ask asked) {
            return asked.withGuided(asked.steps());
        }

        @Override
        public String label() {
            return "fully guided";
        }
    }

    /** Guides as the trace says. */
    record AsAsked() implements Guiding {
        @Override
        public Ask of(Ask asked) {
            return asked;
        }

        @Override
        public String label() {
            return "as asked";
        }
    }

    /**
     * At most this share of the steps.
     *
     * @param share above 0, at most 1
     */
    record Compressed(double share) implements Guiding {
        public Compressed {
            if (!(share > 0 && share <= 1)) {
                throw new IllegalArgumentException("must be above 0 and at most 1, not " + share);
            }
        }

        @Override
        public Ask of(Ask asked) {
            int most = Math.max(1, (int) Math.round(share * asked.steps()));
            return asked.withGuided(Math.min(asked.guided(), most));
        }

        @Override
        public String label() {
            return "compressed";
        }
    }
}
