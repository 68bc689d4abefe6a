package dev.sluice.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The word that somebody meant who typed another. */
public final class Nearest {
    private static final int SHORTEST_BEGINNING = 3;

    private static final int SLIP = 2;

    private Nearest() {}

    /** The known word that is nearest, if one is near enough to be meant: a third of its letters may be wrong. */
    public static Optional<String> to(String typed, Collection<String> known) {
        String word = plain(typed);
        Optional<String> ending = known.stream()
                .filter(candidate ->
                        !word.isEmpty() && (plain(candidate).equals(word) || candidate.endsWith("." + typed)))
                .min(Comparator.naturalOrder());
        return ending.or(() -> beginningAlike(word, known))
                .or(() -> known.stream()
                        .filter(candidate -> distance(word, plain(candidate))
                                <= Math.max(
                                        1,
                                        Math.min(word.length(), plain(candidate).length()) / 3))
                        .min(Comparator.<String>comparingInt(candidate -> distance(word, plain(candidate)))
                                .thenComparing(Comparator.naturalOrder())));
    }

    /** The one word that goes on where the typed one stops. */
    private static Optional<String> beginningAlike(String word, Collection<String> known) {
        List<String> longer = known.stream()
                .filter(candidate ->
                        word.length() >= SHORTEST_BEGINNING && plain(candidate).startsWith(word))
                .toList();
        return longer.size() == 1 ? Optional.of(longer.getFirst()) : Optional.empty();
    }

    /** The known word of which the typed one is a slip of the keys: two letters may be wrong, no more. */
    public static Optional<String> slipOf(String typed, Collection<String> known) {
        return known.stream()
                .filter(candidate -> distance(typed, candidate) <= SLIP)
                .min(Comparator.<String>comparingInt(candidate -> distance(typed, candidate))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** The nearest word as the end of a sentence, or nothing if none is near. */
    public static String didYouMean(String typed, Collection<String> known) {
        return to(typed, known).map(near -> "; did you mean " + near + "?").orElse("");
    }

    private static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    }

    /** Letters to be put in, taken out, changed, or swapped with their neighbour (optimal string alignment). */
    private static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int changed = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                cost[i][j] = Math.min(changed, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], 1 + cost[i - 2][j - 2]);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
