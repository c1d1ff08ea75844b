package dev.eckart.onnx.rewrite;

import ai.onnxruntime.OnnxJavaType;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A model in which the numbers that some nodes make are moved by a few of their last bits, each by another amount, as they
 * are when a product is computed in another order. The rest of the model shows what becomes of such differences.
 *
 * <p>A number y becomes y·(1 + δ·sin(f·y)). With f large, neighbouring numbers are moved in unlike ways, but always the same.
 */
public final class NudgedProducts {
    /** Four of the smallest steps of a number. */
    private static final int STEPS = 4;

    private static final double FREQUENCY = 12_345.678;

    private NudgedProducts() {}

    /**
     * The model with nudged values.
     *
     * @param values made by nodes of the main graph, with their types; those of other types than float32 and float64 stay
     */
    public static OnnxModel of(OnnxModel model, Map<String, OnnxJavaType> values) {
        GraphProto main = model.message().getGraph();
        FreshNames names = new FreshNames(main);
        GraphProto.Builder graph = main.toBuilder().clearNode();
        for (NodeProto node : main.getNodeList()) {
            NodeProto.Builder changed = node.toBuilder();
            List<NodeProto> nudging = new ArrayList<>();
            for (int i = 0; i < node.getOutputCount(); i++) {
                String value = node.getOutput(i);
                OnnxJavaType type = values.get(value);
                if (type == OnnxJavaType.FLOAT || type == OnnxJavaType.DOUBLE) {
                    String exact = names.take(value + ".exact");
                    changed.setOutput(i, exact);
                    nudging.addAll(nudge(exact, value, type == OnnxJavaType.DOUBLE, names, graph));
                }
            }
            graph.addNode(changed).addAllNode(nudging);
        }
        return new OnnxModel(model.message().toBuilder().setGraph(graph).build(), model.payloads());
    }

    private static List<NodeProto> nudge(
            String exact, String nudged, boolean wide, FreshNames names, GraphProto.Builder graph) {
        String frequency = constant(exact + ".frequency", FREQUENCY, wide, names, graph);
        String step = constant(exact + ".step", STEPS * (wide ? 0x1p-52 : 0x1p-23), wide, names, graph);
        String phase = names.take(exact + ".phase");
        String sine = names.take(exact + ".sine");
        String share = names.take(exact + ".share");
        String change = names.take(exact + ".change");
        return List.of(
                node("Mul", phase, exact, frequency),
                node("Sin", sine, phase),
                node("Mul", share, sine, step),
                node("Mul", change, exact, share),
                node("Add", nudged, exact, change));
    }

    private static String constant(
            String wanted, double number, boolean wide, FreshNames names, GraphProto.Builder graph) {
        String name = names.take(wanted);
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name);
        graph.addInitializer(
                wide
                        ? tensor.setDataType(DataType.DOUBLE_VALUE).addDoubleData(number)
                        : tensor.setDataType(DataType.FLOAT_VALUE).addFloatData((float) number));
        return name;
    }

    private static NodeProto node(String operator, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setOpType(operator)
                .addAllInput(List.of(inputs))
                .addOutput(output)
                .build();
    }
}
