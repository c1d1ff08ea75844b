package dev.eckart.onnx.rewrite;

import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.graph.GraphEdits;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.scan.LinearSite;
import dev.eckart.onnx.scan.LinearSite.Multiplication;
import dev.eckart.onnx.tensor.TensorTypes;
import dev.eckart.onnx.tensor.TensorView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The original graph, in which some weights are no constants: whatever a node multiplies by is an input of the model, in
 * the form in which the node takes it, and must be given to each run.
 *
 * <p>Such an input has no default. ONNX Runtime's Java binding refuses values for inputs that have one. It is an input of
 * the main graph in any case; nodes of the graphs inside see it there.
 *
 * @param model the stored tensors, and what made operands of them, are gone from it
 */
public record OpenOperands(OnnxModel model, List<Operand> operands) {
    public OpenOperands {
        operands = List.copyOf(operands);
    }

    /**
     * What some nodes multiply by.
     *
     * @param input the name of the input that gives it
     */
    public record Operand(String input, LinearSite site, Value value) {

        /** The type of its numbers. */
        public ElementType type() {
            int type = use(site.readings().get(0)).type();
            return TensorTypes.elementType(type)
                    .orElseThrow(() -> new IllegalStateException("A product takes type " + type));
        }

        public List<Long> dims() {
            return use(site.readings().get(0)).dims();
        }

        /**
         * Its numbers for some W.
         *
         * @param reading of the site's weight
         * @param w {@code [in × out]} of that reading
         */
        public TensorView holding(LinearWeight reading, MatrixSource w) {
            return use(site.reading(reading)).operandOf(w);
        }

        private Multiplication use(LinearSite.Reading reading) {
            return reading.uses().stream()
                    .filter(use -> use.operand().equals(value))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /**
     * Opens weights of a model.
     *
     * @param index of the model
     * @param sites those to open
     */
    public static OpenOperands of(OnnxModel model, GraphIndex index, List<LinearSite> sites) {
        FreshNames names = new FreshNames(model.message().getGraph());
        GraphEdits edits = new GraphEdits(index);
        Map<Integer, NodeProto> changed = new HashMap<>();
        List<Operand> operands = new ArrayList<>();
        for (LinearSite site : sites) {
            Map<Value, String> inputs = new HashMap<>();
            List<Multiplication> uses = site.readings().get(0).uses();
            for (Multiplication use : uses) {
                String input = inputs.computeIfAbsent(use.operand(), value -> {
                    String name = names.take(value.name() + ".given");
                    edits.addInput(GraphIndex.MAIN, NewTensors.declaration(name, use.type(), use.dims()));
                    operands.add(new Operand(name, site, value));
                    return name;
                });
                int number = use.use().node();
                NodeProto node = changed.getOrDefault(number, index.node(number)).toBuilder()
                        .setInput(use.use().input(), input)
                        .build();
                changed.put(number, node);
                edits.replace(number, List.of(node));
                edits.release(use.use());
            }
            uses.forEach(use -> edits.removeIfUnused(use.operand()));
            edits.removeIfUnused(site.root());
        }
        return new OpenOperands(
                new OnnxModel(
                        model.message().toBuilder().setGraph(edits.apply()).build(), model.payloads()),
                operands);
    }
}
