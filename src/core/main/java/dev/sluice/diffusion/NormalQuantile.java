package dev.sluice.diffusion;

/**
 * The normal quantile function by Wichura's rational approximations, relative error about 1e-16 (algorithm AS 241, PPND16;
 * Applied Statistics 37, 1988). Elementary functions are needed in the tails alone, and come from {@link StrictMath}.
 */
final class NormalQuantile {
    /** The largest {@link #cellsFromMedian} in the central part, {@code |p - 1/2| <= 0.425}. */
    private static final int LAST_CENTRAL_CELL = (int) (0.425 * 0x1p32 - 0.5);

    private NormalQuantile() {}

    /** The x with {@code P(X <= x) = p} for a standard normal X; {@code p} in (0, 1). */
    static double of(double p) {
        double q = p - 0.5;
        if (Math.abs(q) <= 0.425) {
            return central(q);
        }
        double r = Math.sqrt(-StrictMath.log(q < 0 ? p : 1 - p));
        double magnitude = r <= 5 ? tail(r) : farTail(r);
        return q < 0 ? -magnitude : magnitude;
    }

    /**
     * Quantiles at the middles of cells that are 2^-32 wide, {@code p = (w + 1/2) / 2^32} with w unsigned: the bits of
     * {@link #of}, rounded to float. The far tail begins beyond the first and the last cell.
     *
     * @param words one cell a word; the first {@code count} are read
     * @param out receives the deviates from {@code start} on
     */
    static void ofWords(int[] words, int count, float[] out, int start) {
        // The central formula for all, in a loop without branches that the JIT vectorises; then the tails' again.
        for (int i = 0; i < count; i++) {
            out[start + i] = (float) central((signed(words[i]) + 0.5) * 0x1p-32);
        }
        int[] tails = new int[count];
        int tailCount = 0;
        for (int i = 0; i < count; i++) {
            tails[tailCount] = i;
            tailCount += (LAST_CENTRAL_CELL - cellsFromMedian(words[i])) >>> 31;
        }
        double[] magnitudes = new double[tailCount];
        for (int i = 0; i < tailCount; i++) {
            double p = (Integer.MAX_VALUE - cellsFromMedian(words[tails[i]]) + 0.5) * 0x1p-32;
            magnitudes[i] = -StrictMath.log(p);
        }
        for (int i = 0; i < tailCount; i++) {
            magnitudes[i] = tail(Math.sqrt(magnitudes[i]));
        }
        for (int i = 0; i < tailCount; i++) {
            float magnitude = (float) magnitudes[i];
            out[start + tails[i]] = signed(words[tails[i]]) < 0 ? -magnitude : magnitude;
        }
    }

    /** The word's cell, counted from the median: {@code p - 1/2} in cells, less 1/2. */
    private static int signed(int word) {
        return word ^ Integer.MIN_VALUE;
    }

    /** Whole cells between the word's and the median: 0 to 2^31 - 1 on either side. */
    private static int cellsFromMedian(int word) {
        int signed = signed(word);
        return signed ^ (signed >> 31);
    }

    /**
     * The quantile near the centre, for {@code q = p - 1/2}. The polynomials are written out, since a loop here keeps
     * the caller's from being vectorised.
     */
    private static double central(double q) {
        double r = 0.180625 - q * q;
        double numerator = 2509.0809287301227;
        numerator = numerator * r + 33430.57558358813;
        numerator = numerator * r + 67265.7709270087;
        numerator = numerator * r + 45921.95393154987;
        numerator = numerator * r + 13731.69376550946;
        numerator = numerator * r + 1971.5909503065513;
        numerator = numerator * r + 133.14166789178438;
        numerator = numerator * r + 3.3871328727963665;
        double denominator = 5226.495278852854;
        denominator = denominator * r + 28729.085735721943;
        denominator = denominator * r + 39307.89580009271;
        denominator = denominator * r + 21213.794301586597;
        denominator = denominator * r + 5394.196021424751;
        denominator = denominator * r + 687.1870074920579;
        denominator = denominator * r + 42.31333070160091;
        denominator = denominator * r + 1;
        return q * (numerator / denominator);
    }

    /** Minus the quantile at {@code p = exp(-s²)}, for s up to 5. */
    private static double tail(double sqrtMinusLog) {
        double r = sqrtMinusLog - 1.6;
        double numerator = 0.0007745450142783414;
        numerator = numerator * r + 0.022723844989269184;
        numerator = numerator * r + 0.2417807251774506;
        numerator = numerator * r + 1.2704582524523684;
        numerator = numerator * r + 3.6478483247632045;
        numerator = numerator * r + 5.769497221460691;
        numerator = numerator * r + 4.630337846156546;
        numerator = numerator * r + 1.4234371107496835;
        double denominator = 1.0507500716444169E-9;
        denominator = denominator * r + 0.0005475938084995345;
        denominator = denominator * r + 0.015198666563616457;
        denominator = denominator * r + 0.14810397642748008;
        denominator = denominator * r + 0.6897673349851;
        denominator = denominator * r + 1.6763848301838038;
        denominator = denominator * r + 2.053191626637759;
        denominator = denominator * r + 1;
        return numerator / denominator;
    }

    /** The quantile in the far tail, where s is 5 or more. */
    private static double farTail(double sqrtMinusLog) {
        double r = sqrtMinusLog - 5;
        double numerator = 2.0103343992922881E-7;
        numerator = numerator * r + 2.7115555687434876E-5;
        numerator = numerator * r + 0.0012426609473880784;
        numerator = numerator * r + 0.026532189526576124;
        numerator = numerator * r + 0.29656057182850487;
        numerator = numerator * r + 1.7848265399172913;
        numerator = numerator * r + 5.463784911164114;
        numerator = numerator * r + 6.657904643501103;
        double denominator = 2.0442631033899397E-15;
        denominator = denominator * r + 1.421511758316446E-7;
        denominator = denominator * r + 1.8463183175100548E-5;
        denominator = denominator * r + 0.0007868691311456133;
        denominator = denominator * r + 0.014875361290850615;
        denominator = denominator * r + 0.1369298809227358;
        denominator = denominator * r + 0.599832206555888;
        denominator = denominator * r + 1;
        return numerator / denominator;
    }
}
