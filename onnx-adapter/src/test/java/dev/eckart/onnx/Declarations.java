package dev.eckart.onnx;

import dev.eckart.onnx.proto.TensorProto.DataType;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Parts of a graph in protobuf's text format, of any element type and with symbolic dimensions. */
public final class Declarations {
    private Declarations() {}

    /** An input; a dimension is an {@link Integer}, or a {@link String} where it is symbolic. */
    public static String input(String name, DataType type, Object... dims) {
        return value("input", name, type, dims);
    }

    /** An output; its dimensions as those of an input. */
    public static String output(String name, DataType type, Object... dims) {
        return value("output", name, type, dims);
    }

    private static String value(String kind, String name, DataType type, Object... dims) {
        String shape = Arrays.stream(dims).map(Declarations::dim).collect(Collectors.joining(" "));
        return "%s { name: \"%s\" type { tensor_type { elem_type: %d shape { %s } } } } "
                .formatted(kind, name, type.getNumber(), shape);
    }

    private static String dim(Object dim) {
        if (dim instanceof Integer size) {
            return "dim { dim_value: %d }".formatted(size);
        }
        return dim.equals("") ? "dim { }" : "dim { dim_param: \"%s\" }".formatted(dim);
    }

    /** A node; {@code inputs} are separated by spaces, {@code attributes} are text. */
    public static String node(String operator, String inputs, String output, String... attributes) {
        String names = Arrays.stream(inputs.split(" ", -1))
                .map("input: \"%s\" "::formatted)
                .collect(Collectors.joining());
        return "node { op_type: \"%s\" %s output: \"%s\" %s } "
                .formatted(operator, names, output, String.join(" ", attributes));
    }

    /** An attribute of a node that is a whole number. */
    public static String attribute(String name, long value) {
        return "attribute { name: \"%s\" i: %d type: INT }".formatted(name, value);
    }

    /** An attribute of a node that is a fraction. */
    public static String attribute(String name, double value) {
        return "attribute { name: \"%s\" f: %s type: FLOAT }".formatted(name, value);
    }

    /** An attribute of a node that is a list of whole numbers. */
    public static String attribute(String name, int... values) {
        return "attribute { name: \"%s\" ints: %s type: INTS }".formatted(name, Arrays.toString(values));
    }

    /** A float32 matrix. */
    public static String matrix(String name, int rows, int columns, double... numbers) {
        return "initializer { name: \"%s\" dims: %d dims: %d data_type: 1 float_data: %s } "
                .formatted(name, rows, columns, Arrays.toString(numbers));
    }

    /** A float32 matrix of normal numbers. */
    public static String randomMatrix(String name, int rows, int columns) {
        Random random = new Random(name.hashCode());
        return matrix(
                name,
                rows,
                columns,
                IntStream.range(0, rows * columns)
                        .mapToDouble(i -> (float) random.nextGaussian())
                        .toArray());
    }

    /** A float32 tensor of normal numbers, scaled so that sums over its last axis are about 1. */
    public static String randomTensor(String name, int... dims) {
        Random random = new Random(name.hashCode());
        int size = Arrays.stream(dims).reduce(1, Math::multiplyExact);
        double scale = Math.sqrt(dims[dims.length - 1]);
        return "initializer { name: \"%s\" %s data_type: 1 float_data: %s } "
                .formatted(
                        name,
                        Arrays.stream(dims).mapToObj("dims: %d "::formatted).collect(Collectors.joining()),
                        IntStream.range(0, size)
                                .mapToObj(i -> String.valueOf((float) (random.nextGaussian() / scale)))
                                .toList());
    }

    /** A row of 64-bit integers. */
    public static String integers(String name, long... numbers) {
        return "initializer { name: \"%s\" dims: %d data_type: 7 int64_data: %s } "
                .formatted(name, numbers.length, Arrays.toString(numbers));
    }
}
