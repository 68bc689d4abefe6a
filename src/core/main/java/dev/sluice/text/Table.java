package dev.sluice.text;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Rows under heads, as wide as the terminal. The first columns say what a row is about; where the others don't fit beside each
 * other, they stand in tables one below the other, each with the first columns before them. No cell is cut: where one alone is
 * wider than the terminal, so is its line. Confined to one thread.
 */
public final class Table {
    private static final int GAP = 2;

    private final int labels;
    private final boolean figures;
    private final List<List<String>> rows = new ArrayList<>();

    private Table(int labels, boolean figures, List<String> heads) {
        this.labels = labels;
        this.figures = figures;
        rows.add(List.copyOf(heads));
    }

    /** The first columns are words, the others figures, which end at the right. */
    public static Table ofFigures(int labels, List<String> heads) {
        return new Table(labels, true, heads);
    }

    /** All columns are words. */
    public static Table ofWords(int labels, List<String> heads) {
        return new Table(labels, false, heads);
    }

    /**
     * Adds a row.
     *
     * @param cells one for each head
     */
    public void row(List<String> cells) {
        if (cells.size() != rows.getFirst().size()) {
            throw new IllegalArgumentException(cells + " for " + rows.getFirst());
        }
        rows.add(List.copyOf(cells));
    }

    public void print(PrintWriter out, int width) {
        lines(width).forEach(out::println);
    }

    /** The table's lines, without trailing spaces. An empty line stands between two tables. */
    public List<String> lines(int width) {
        List<String> lines = new ArrayList<>();
        for (List<Integer> columns : folded(width)) {
            if (!lines.isEmpty()) {
                lines.add("");
            }
            rows.forEach(row -> lines.add(line(row, columns)));
        }
        return lines;
    }

    /** Which columns stand beside each other. */
    private List<List<Integer>> folded(int width) {
        List<List<Integer>> tables = new ArrayList<>();
        List<Integer> table = new ArrayList<>();
        int used = 0;
        for (int column = 0; column < rows.getFirst().size(); column++) {
            boolean label = column < labels;
            if (!label && table.size() > labels && used + GAP + width(column) > width) {
                tables.add(table);
                table = new ArrayList<>(table.subList(0, labels));
                used = table.stream().mapToInt(each -> GAP + width(each)).sum() - GAP;
            }
            used += (table.isEmpty() ? 0 : GAP) + width(column);
            table.add(column);
        }
        tables.add(table);
        return tables;
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElseThrow();
    }

    private String line(List<String> row, List<Integer> columns) {
        StringBuilder line = new StringBuilder();
        for (int column : columns) {
            String format = figures && column >= labels ? "%" : "%-";
            line.append(line.isEmpty() ? "" : " ".repeat(GAP))
                    .append(String.format(Locale.ROOT, format + Math.max(1, width(column)) + "s", row.get(column)));
        }
        return line.toString().stripTrailing();
    }
}
