package dev.eckart.onnx.run;

import ai.onnxruntime.OnnxJavaType;
import java.util.List;

/**
 * An input that a model must be given.
 *
 * @param type {@link OnnxJavaType#UNKNOWN} where it is not a tensor
 * @param dims its dimensions; those that are not fixed are symbolic
 */
public record ModelInput(String name, OnnxJavaType type, List<Dim> dims) {
    public ModelInput {
        dims = List.copyOf(dims);
    }

    /**
     * One dimension.
     *
     * @param size −1 where it is symbolic
     * @param symbol its name, or an empty text
     */
    public record Dim(long size, String symbol) {
        public boolean isSymbolic() {
            return size < 0;
        }
    }

    /** What users call one of its dynamic axes: its symbol, or, where it has none, {@code x[1]}. */
    String axis(int axis) {
        String symbol = dims.get(axis).symbol();
        return symbol.isEmpty() ? "%s[%d]".formatted(name, axis) : symbol;
    }

    /** Whether it takes floating-point numbers. */
    boolean isFloating() {
        return switch (type) {
            case FLOAT, DOUBLE, FLOAT16, BFLOAT16 -> true;
            case INT8, INT16, INT32, INT64, UINT8, BOOL, STRING, UNKNOWN -> false;
        };
    }

    /** As messages name it: {@code INT64 [batch×128]}. */
    public String describe() {
        return "%s [%s]"
                .formatted(
                        type,
                        String.join(
                                "×",
                                dims.stream()
                                        .map(dim -> !dim.isSymbolic()
                                                ? String.valueOf(dim.size())
                                                : dim.symbol().isEmpty() ? "?" : dim.symbol())
                                        .toList()));
    }
}
