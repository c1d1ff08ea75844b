package dev.eckart.onnx;

import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.OperatorSetIdProto;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.Session;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** Models that take no inputs, and what ONNX Runtime computes in them. */
public final class ConstantModels {
    /** The first with integers of four bits, and with scales of blocks. */
    public static final int NEWEST_OPSET = 21;

    private static final int ITS_IR_VERSION = 10;

    private ConstantModels() {}

    /** A model around the text of its graph. */
    public static ModelProto withGraph(int opset, String graph) {
        return TextModels.withGraph(graph).toBuilder()
                .setIrVersion(ITS_IR_VERSION)
                .clearOpsetImport()
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
                .addOpsetImport(OperatorSetIdProto.newBuilder()
                        .setDomain("com.microsoft")
                        .setVersion(1))
                .build();
    }

    /** An output of any shape. */
    public static String output(String name, int type) {
        return "output { name: \"%s\" type { tensor_type { elem_type: %d } } } ".formatted(name, type);
    }

    /** The output {@code y}, each node executed as it stands. */
    public static Output run(Path model) {
        try (Session session = Session.open(model, Session.Optimization.NONE, 1)) {
            return Objects.requireNonNull(session.run(Map.of()).get("y"));
        }
    }

    /** An output's numbers, row by row. */
    public static double[] numbers(Output output) {
        return IntStream.range(0, output.size()).mapToDouble(output::at).toArray();
    }
}
