package dev.sluice.model;

import java.util.Arrays;
import java.util.List;

/** What a row of a network consists of: its share of each of the module's inputs, in the module's order. */
public record RowLayout(List<Input> inputs) {
    public RowLayout {
        inputs = List.copyOf(inputs);
    }

    static RowLayout of(Input... inputs) {
        return new RowLayout(List.of(inputs));
    }

    /** Element types that cross the boundary to a module. */
    public enum Type {
        /** f32. */
        FLOATS(Float.BYTES),
        /** i64. */
        INTEGERS(Long.BYTES);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }
    }

    /**
     * One input of a module.
     *
     * @param shape of one row's share; empty for a single number
     */
    public record Input(Type type, List<Integer> shape) {
        public Input {
            shape = List.copyOf(shape);
        }

        public static Input floats(int... shape) {
            return new Input(Type.FLOATS, Arrays.stream(shape).boxed().toList());
        }

        public static Input floats(BundleManifest.TensorShape shape) {
            return floats(shape.channels(), shape.height(), shape.width());
        }

        public static Input integers(int... shape) {
            return new Input(Type.INTEGERS, Arrays.stream(shape).boxed().toList());
        }

        int elements() {
            return shape.stream().reduce(1, Math::multiplyExact);
        }

        int bytes() {
            return Math.multiplyExact(elements(), type.bytes);
        }
    }
}
