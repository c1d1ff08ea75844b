package dev.eckart.onnx.rewrite;

import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * A model that gives out the shapes of some of its values, and none of the values, so that these are gone again as soon as
 * the next ones are made from them.
 *
 * <pre>{@code
 * shape   = Shape(x)                          its numbers are the shape of x
 * nothing = Gather(Reshape(x, [-1]), [])      has no numbers, and the type of x
 * }</pre>
 */
public record ValueShapes(OnnxModel model, List<Shape> shapes) {
    public ValueShapes {
        shapes = List.copyOf(shapes);
    }

    /** The outputs that tell of a value. */
    public record Shape(String value, String shape, String nothing) {}

    /**
     * A copy of a model that does so.
     *
     * @param values of the main graph
     */
    public static ValueShapes of(OnnxModel model, Collection<String> values) {
        GraphProto.Builder graph = model.message().getGraph().toBuilder();
        FreshNames names = new FreshNames(model.message().getGraph());
        String none = constant(graph, names.take("none"));
        String row = constant(graph, names.take("row"), -1L);
        List<Shape> shapes = new ArrayList<>();
        for (String value : values) {
            Shape shape = new Shape(value, names.take(value + ".shape"), names.take(value + ".nothing"));
            graph.addNode(
                    NodeProto.newBuilder().setOpType("Shape").addInput(value).addOutput(shape.shape));
            String numbers = names.take(value + ".row");
            graph.addNode(NodeProto.newBuilder()
                    .setOpType("Reshape")
                    .addInput(value)
                    .addInput(row)
                    .addOutput(numbers));
            graph.addNode(NodeProto.newBuilder()
                    .setOpType("Gather")
                    .addInput(numbers)
                    .addInput(none)
                    .addOutput(shape.nothing));
            shapes.add(shape);
        }
        return new ValueShapes(
                ModelPart.giving(
                        new OnnxModel(
                                model.message().toBuilder().setGraph(graph).build(), model.payloads()),
                        shapes.stream()
                                .flatMap(shape -> Stream.of(shape.shape, shape.nothing))
                                .toList()),
                shapes);
    }

    private static String constant(GraphProto.Builder graph, String name, Long... numbers) {
        graph.addNode(NodeProto.newBuilder()
                .setOpType("Constant")
                .addOutput(name)
                .addAttribute(AttributeProto.newBuilder()
                        .setName("value")
                        .setType(AttributeProto.AttributeType.TENSOR)
                        .setT(TensorProto.newBuilder()
                                .setDataType(DataType.INT64_VALUE)
                                .addDims(numbers.length)
                                .addAllInt64Data(Arrays.asList(numbers)))));
        return name;
    }
}
