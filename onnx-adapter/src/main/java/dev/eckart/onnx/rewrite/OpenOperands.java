package dev.eckart.onnx.rewrite;

import dev.eckart.core.linalg.Matrix;
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
 * the form in which the node takes it, and must be given to each run. So must be a row that is added to its product, where
 * there is a place for one ({@link BiasPlace}).
 *
 * <p>Such an input has no default. ONNX Runtime's Java binding refuses values for inputs that have one. It is an input of
 * the main graph in any case; nodes of the graphs inside see it there.
 *
 * @param model the stored tensors, and what made operands of them, are gone from it
 */
public record OpenOperands(OnnxModel model, List<Operand> operands, List<Offset> offsets) {
    public OpenOperands {
        operands = List.copyOf(operands);
        offsets = List.copyOf(offsets);
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
     * A row that is added to what a node gives.
     *
     * @param input the name of the input that gives it
     * @param own what the model itself adds; zeros where that is nothing
     * @param factor what a shift of the products x·W is multiplied by to be added to it
     */
    public record Offset(String input, LinearSite site, ElementType type, TensorView own, double factor) {

        public List<Long> dims() {
            return own.dims();
        }

        /**
         * Its numbers where products are shifted.
         *
         * @param shift {@code [1 × out]}
         */
        public TensorView holding(MatrixSource shift) {
            double[] row = own.toArray();
            double[] added = Matrix.copyOf(shift).toArray();
            for (int i = 0; i < row.length; i++) {
                row[i] += factor * added[i];
            }
            return TensorView.of(Matrix.of(1, row.length, row)).reshaped(own.dims());
        }
    }

    /**
     * Opens weights of a model.
     *
     * @param index of the model
     * @param sites those to open
     */
    public static OpenOperands of(OnnxModel model, GraphIndex index, List<LinearSite> sites) {
        Opening opening = new Opening(model, index);
        sites.forEach(opening::open);
        return opening.opened();
    }

    /** Under way. */
    private static final class Opening {
        private final OnnxModel model;
        private final GraphIndex index;
        private final FreshNames names;
        private final GraphEdits edits;
        private final Map<Integer, List<NodeProto>> changed = new HashMap<>();
        private final List<Operand> operands = new ArrayList<>();
        private final List<Offset> offsets = new ArrayList<>();

        Opening(OnnxModel model, GraphIndex index) {
            this.model = model;
            this.index = index;
            this.names = new FreshNames(model.message().getGraph());
            this.edits = new GraphEdits(index);
        }

        void open(LinearSite site) {
            Map<Value, String> inputs = new HashMap<>();
            List<Multiplication> uses = site.readings().get(0).uses();
            for (Multiplication use : uses) {
                String input = inputs.computeIfAbsent(use.operand(), value -> {
                    String name = input(value.name(), use.type(), use.dims());
                    operands.add(new Operand(name, site, value));
                    return name;
                });
                int number = use.use().node();
                List<NodeProto> nodes = new ArrayList<>(changed.getOrDefault(number, List.of(index.node(number))));
                nodes.set(0, BiasShifts.with(nodes.get(0), use.use().input(), input));
                List<NodeProto> shifted = openOffset(site, use, nodes);
                changed.put(number, shifted);
                edits.replace(number, shifted);
                edits.release(use.use());
            }
            uses.forEach(use -> edits.removeIfUnused(use.operand()));
            edits.removeIfUnused(site.root());
        }

        private List<NodeProto> openOffset(LinearSite site, Multiplication use, List<NodeProto> nodes) {
            int columns = site.weight().columns();
            double factor = BiasPlace.of(index, model.payloads(), use, columns).factor();
            BiasShifts.Rows rows = (inPlace, wanted, row, type) -> {
                String name = input(wanted, type, row.dims());
                offsets.add(new Offset(name, site, TensorTypes.elementType(type).orElseThrow(), row, factor));
                return name;
            };
            return new BiasShifts(index, model.payloads(), edits, rows, names)
                    .add(use, site.root(), Matrix.of(1, columns, new double[columns]), nodes)
                    .nodes();
        }

        private String input(String wanted, int type, List<Long> dims) {
            String name = names.take(wanted + ".given");
            edits.addInput(GraphIndex.MAIN, NewTensors.declaration(name, type, dims));
            return name;
        }

        OpenOperands opened() {
            return new OpenOperands(
                    new OnnxModel(
                            model.message().toBuilder().setGraph(edits.apply()).build(), model.payloads()),
                    operands,
                    offsets);
        }
    }
}
