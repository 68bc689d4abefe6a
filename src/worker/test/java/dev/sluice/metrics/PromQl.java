package dev.sluice.metrics;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a Prometheus expression, strictly: the part of PromQL that the dashboard and the alerts use, with its types. What it
 * doesn't know it refuses, so that a typing error can't pass for a function.
 */
public final class PromQl {
    private static final Set<String> OF_RANGES =
            Set.of("rate", "increase", "irate", "delta", "changes", "resets", "max_over_time", "avg_over_time");
    private static final Set<String> OF_COUNTERS = Set.of("rate", "increase", "irate", "resets");
    private static final Set<String> OF_VECTORS = Set.of("abs", "absent", "scalar", "vector", "time", "clamp_min");
    private static final Set<String> AGGREGATIONS = Set.of("sum", "min", "max", "avg", "count", "topk");
    private static final List<Set<String>> OPERATORS = List.of(
            Set.of("or"),
            Set.of("and", "unless"),
            Set.of("==", "!=", ">", "<", ">=", "<="),
            Set.of("+", "-"),
            Set.of("*", "/", "%"));
    private static final Pattern TOKEN = Pattern.compile("\\s*(?:(?<string>\"(?:[^\"\\\\]|\\\\.)*\")"
            + "|(?<duration>\\d+(?:ms|[smhdwy]))(?![\\w.])"
            + "|(?<number>\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?)(?![\\w.])"
            + "|(?<name>[a-zA-Z_:][\\w:]*)"
            + "|(?<sign>=~|!~|==|!=|>=|<=|=|[-+*/%<>=(){}\\[\\],]))");

    /** What an expression reads: a metric, and the labels that it is picked by, with their values where they must be equal. */
    public record Selector(String metric, Map<String, String> equal, Set<String> matched) {}

    /** What an expression comes to. */
    enum Type {
        SCALAR,
        VECTOR,
        RANGE
    }

    private final String text;
    private final List<String> tokens = new ArrayList<>();
    private final List<String> kinds = new ArrayList<>();
    private final List<Selector> selectors = new ArrayList<>();
    private final List<String> grouped = new ArrayList<>();
    private int at;

    private PromQl(String text) {
        this.text = text;
        Matcher matcher = TOKEN.matcher(text);
        int end = 0;
        String trimmed = text.stripTrailing();
        while (end < trimmed.length()) {
            if (!matcher.find(end) || matcher.start() != end) {
                throw new IllegalArgumentException("not PromQL at " + end + ": " + text);
            }
            for (String kind : List.of("string", "duration", "number", "name", "sign")) {
                if (matcher.group(kind) != null) {
                    kinds.add(kind);
                    tokens.add(matcher.group(kind));
                }
            }
            end = matcher.end();
        }
    }

    /**
     * What an expression reads, in its order.
     *
     * @throws IllegalArgumentException if it is not an expression that a panel or an alert may have
     */
    public static List<Selector> selectors(String expression) {
        return read(expression).selectors;
    }

    /** The labels that an expression groups by. */
    static List<String> grouped(String expression) {
        return read(expression).grouped;
    }

    private static PromQl read(String expression) {
        PromQl read = new PromQl(expression);
        Type type = read.binary(0);
        read.require(read.at == read.tokens.size(), "more follows");
        read.require(type != Type.RANGE, "a range is nothing to show");
        return read;
    }

    private Type binary(int level) {
        if (level == OPERATORS.size()) {
            return unary();
        }
        Type left = binary(level + 1);
        while (at < tokens.size() && OPERATORS.get(level).contains(tokens.get(at))) {
            String operator = next();
            require(left != Type.RANGE, operator + " of a range");
            if (peek("on") || peek("ignoring")) {
                next();
                labels();
                if (peek("group_left") || peek("group_right")) {
                    next();
                }
            }
            Type right = binary(level + 1);
            require(right != Type.RANGE, operator + " of a range");
            require(level > 1 || (left == Type.VECTOR && right == Type.VECTOR), operator + " is for vectors");
            left = left == Type.VECTOR || right == Type.VECTOR ? Type.VECTOR : Type.SCALAR;
        }
        return left;
    }

    private Type unary() {
        if (peek("-")) {
            next();
            Type type = unary();
            require(type != Type.RANGE, "- of a range");
            return type;
        }
        return primary();
    }

    private Type primary() {
        require(at < tokens.size(), "ends too early");
        if (kinds.get(at).equals("number")) {
            next();
            return Type.SCALAR;
        }
        if (peek("(")) {
            next();
            Type type = binary(0);
            expect(")");
            return type;
        }
        require(kinds.get(at).equals("name"), "no operand at " + tokens.get(at));
        String name = next();
        if (AGGREGATIONS.contains(name)) {
            return aggregation(name);
        }
        return peek("(") ? call(name) : selector(name);
    }

    private Type aggregation(String name) {
        boolean groupedAhead = peek("by") || peek("without");
        if (groupedAhead) {
            group();
        }
        expect("(");
        if (name.equals("topk")) {
            require(binary(0) == Type.SCALAR, "topk takes a number first");
            expect(",");
        }
        require(binary(0) == Type.VECTOR, name + " is for vectors");
        expect(")");
        if (!groupedAhead && (peek("by") || peek("without"))) {
            group();
        }
        return Type.VECTOR;
    }

    private void group() {
        boolean by = next().equals("by");
        List<String> labels = labels();
        if (by) {
            grouped.addAll(labels);
        }
    }

    private Type call(String name) {
        expect("(");
        if (name.equals("histogram_quantile")) {
            require(binary(0) == Type.SCALAR, "histogram_quantile takes a number first");
            expect(",");
            int before = grouped.size();
            require(binary(0) == Type.VECTOR, "histogram_quantile is for vectors");
            require(grouped.subList(before, grouped.size()).contains("le"), "histogram_quantile needs le");
        } else if (OF_RANGES.contains(name)) {
            int before = selectors.size();
            require(binary(0) == Type.RANGE, name + " is for ranges");
            String metric = selectors.get(before).metric();
            require(
                    OF_COUNTERS.contains(name) == metric.matches(".*_(total|bucket|sum|count)"),
                    name + " does not go with " + metric);
        } else {
            require(OF_VECTORS.contains(name), "no such function: " + name);
            require(binary(0) == Type.VECTOR, name + " is for vectors");
        }
        expect(")");
        return name.equals("scalar") ? Type.SCALAR : Type.VECTOR;
    }

    private Type selector(String metric) {
        Map<String, String> equal = new LinkedHashMap<>();
        List<String> matched = new ArrayList<>();
        if (peek("{")) {
            do {
                next();
                matched.add(name());
                String operator = next();
                require(Set.of("=", "!=", "=~", "!~").contains(operator), operator + " compares no labels");
                require(kinds.get(at).equals("string"), "a label is compared with a text");
                String value = next();
                String inner = value.substring(1, value.length() - 1);
                if (operator.equals("=")) {
                    equal.put(matched.getLast(), inner);
                } else if (operator.endsWith("~")) {
                    Pattern.compile(inner);
                }
            } while (peek(","));
            expect("}");
        }
        selectors.add(new Selector(metric, Map.copyOf(equal), Set.copyOf(matched)));
        if (!peek("[")) {
            return Type.VECTOR;
        }
        next();
        require(kinds.get(at).equals("duration"), "a range has a duration");
        next();
        expect("]");
        return Type.RANGE;
    }

    private List<String> labels() {
        List<String> labels = new ArrayList<>();
        expect("(");
        labels.add(name());
        while (peek(",")) {
            next();
            labels.add(name());
        }
        expect(")");
        return labels;
    }

    private String name() {
        require(at < tokens.size() && kinds.get(at).equals("name"), "a name is missing");
        return next();
    }

    private boolean peek(String token) {
        return at < tokens.size() && tokens.get(at).equals(token);
    }

    private String next() {
        require(at < tokens.size(), "ends too early");
        return tokens.get(at++);
    }

    private void expect(String token) {
        require(peek(token), token + " is missing");
        at++;
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise + ", before token " + at + " of " + text);
        }
    }
}
