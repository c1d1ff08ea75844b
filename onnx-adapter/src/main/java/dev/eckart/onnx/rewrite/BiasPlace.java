package dev.eckart.onnx.rewrite;

import static dev.eckart.onnx.graph.Attributes.integers;

import dev.eckart.onnx.file.Payloads;
import dev.eckart.onnx.graph.Attributes;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Use;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.operator.BiasInput;
import dev.eckart.onnx.operator.Form;
import dev.eckart.onnx.operator.LinearRule;
import dev.eckart.onnx.operator.Operators;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.scan.LinearSite.Multiplication;
import dev.eckart.onnx.tensor.TensorView;
import dev.eckart.onnx.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Where a row that is added to the products x·W {@code [… × out]} of a node goes.
 *
 * <ol>
 *   <li>Into the {@linkplain LinearRule#bias input that its operator adds}, if that is a constant row, or if there is none and
 *       it may be added.
 *   <li>After an operator that has no such input, into a constant row that an {@code Add} adds to what only it takes.
 *   <li>Else into an {@code Add} of its own, if the node does nothing after it multiplied and added.
 *   <li>Nowhere where that is not so, where products are looked up, mirrored, or have W on their left, and where a kernel
 *       sees several pixels, or zeros beside the picture.
 * </ol>
 */
sealed interface BiasPlace {

    /** What a shift is multiplied by to be added there. */
    double factor();

    /**
     * An input that is added, before anything else is done.
     *
     * @param use what takes it: the product's node itself, or an {@code Add}
     * @param constant what it is; empty where it is nothing
     * @param multiplier what the input itself is multiplied by
     * @param canAddAfter whether an {@code Add} after the node would do, too
     */
    record Term(Use use, Optional<Row> constant, double factor, double multiplier, boolean canAddAfter)
            implements BiasPlace {}

    /**
     * An {@code Add} of its own, after the node.
     *
     * @param factor what the node multiplies its product by, and so the shift
     */
    record After(double factor) implements BiasPlace {}

    /** There is none. */
    record Nowhere() implements BiasPlace {
        @Override
        public double factor() {
            return 0;
        }
    }

    /**
     * A constant that is the same for each row.
     *
     * @param value what the node takes
     * @param dims of it, which an equal row has, too, but for the last
     * @param numbers one for all columns, or one for each
     */
    record Row(Value value, List<Long> dims, TensorView numbers) {

        /** One number for each column. */
        double[] toArray(int columns) {
            double[] all = numbers.toArray();
            if (all.length == columns) {
                return all;
            }
            double[] row = new double[columns];
            Arrays.fill(row, all[0]);
            return row;
        }

        /** Dimensions of one number for each column. */
        List<Long> wide(long columns) {
            if (dims.isEmpty()) {
                return List.of(columns);
            }
            List<Long> wide = new ArrayList<>(dims);
            wide.set(wide.size() - 1, columns);
            return wide;
        }
    }

    /** The dimensions of a row that an {@code Add} adds to a node's result. */
    static List<Long> dims(Multiplication use, long columns) {
        List<Long> dims = new ArrayList<>(List.of(columns));
        if (isConvolution(use)) {
            dims.addAll(Collections.nCopies(use.dims().size() - 2, 1L));
        }
        return dims;
    }

    private static boolean isConvolution(Multiplication use) {
        return use.layout().form() == Form.CHANNELS;
    }

    /**
     * The place for a node that multiplies by a weight.
     *
     * @param columns of the weight
     */
    static BiasPlace of(GraphIndex index, Payloads payloads, Multiplication use, int columns) {
        return new Search(index, payloads, use, columns).place();
    }

    /** For one node. */
    final class Search {
        private final GraphIndex index;
        private final Payloads payloads;
        private final Multiplication use;
        private final int columns;
        private final NodeProto node;
        private final LinearRule rule;

        private Search(GraphIndex index, Payloads payloads, Multiplication use, int columns) {
            this.index = index;
            this.payloads = payloads;
            this.use = use;
            this.columns = columns;
            this.node = index.node(use.use().node());
            this.rule = Operators.linear(node);
        }

        private BiasPlace place() {
            if (use.mirrored()) {
                return new Nowhere();
            }
            return switch (use.layout().form()) {
                case RIGHT -> added();
                case CHANNELS -> seesOnePixel() ? added() : new Nowhere();
                case LEFT, TABLE, ROWS_AND_COLUMNS -> new Nowhere();
            };
        }

        private BiasPlace added() {
            Optional<BiasPlace> place = rule.bias(node).isPresent()
                    ? rule.bias(node).flatMap(this::own)
                    : following().map(term -> term);
            return place.orElseGet(() -> rule.givesProduct() ? new After(rule.scale(node)) : new Nowhere());
        }

        private boolean seesOnePixel() {
            boolean padded = integers(node, "pads").orElse(List.of()).stream().anyMatch(pad -> pad != 0);
            return !padded && use.dims().subList(2, use.dims().size()).stream().allMatch(dim -> dim == 1);
        }

        /** The node's own bias. */
        private Optional<BiasPlace> own(BiasInput input) {
            Use bias = new Use(use.use().node(), input.input());
            double factor = rule.scale(node) / input.multiplier();
            if (input.multiplier() == 0 || factor == 0 || !Double.isFinite(factor)) {
                return Optional.empty();
            }
            Optional<Row> row = row(bias)
                    .filter(constant -> !input.vector() || constant.dims().equals(List.of((long) columns)));
            boolean isFree = !input.required() && index.value(bias).isEmpty();
            return row.isPresent() || isFree
                    ? Optional.of(new Term(bias, row, factor, input.multiplier(), rule.givesProduct()))
                    : Optional.empty();
        }

        /** That of an {@code Add}, if nothing is done between the product and it. */
        private Optional<Term> following() {
            Value result = new Value(index.graphOf(use.use().node()), node.getOutput(0));
            List<Use> takers = index.uses(result);
            if (!rule.givesProduct() || takers.size() != 1 || index.isOutput(result) || index.isTrained(result)) {
                return Optional.empty();
            }
            int adder = takers.get(0).node();
            NodeProto add = index.node(adder);
            boolean plain = add.getOpType().equals("Add")
                    && Attributes.isStandard(add)
                    && add.getInputCount() == 2
                    && index.graphOf(adder) == result.graph();
            Use other = new Use(adder, 1 - takers.get(0).input());
            return plain
                    ? row(other).map(row -> new Term(other, Optional.of(row), rule.scale(node), 1, true))
                    : Optional.empty();
        }

        /** What a node takes, if it is a constant row of the type in which the node computes. */
        private Optional<Row> row(Use of) {
            return index.value(of)
                    .flatMap(value -> constant(value)
                            .filter(tensor -> tensor.getDataType() == use.type() && isRow(tensor.getDimsList()))
                            .flatMap(tensor -> Tensors.view(tensor, payloads))
                            .map(view -> new Row(value, view.dims(), view))
                            .filter(row -> Arrays.stream(row.toArray(columns)).allMatch(Double::isFinite)));
        }

        private boolean isRow(List<Long> dims) {
            long size = dims.stream().reduce(1L, (a, b) -> a * b);
            return size == 1 || (size == columns && dims.get(dims.size() - 1) == columns);
        }

        /** Through nodes that only give it another name, by which exporters share one tensor. */
        private Optional<TensorProto> constant(Value value) {
            Value at = value;
            for (int steps = 0; steps <= index.nodes(); steps++) {
                TensorProto tensor = index.constants().get(at);
                if (tensor != null) {
                    return index.isInput(at) ? Optional.empty() : Optional.of(tensor);
                }
                Optional<Value> before = index.producer(at)
                        .filter(producer -> index.node(producer).getOpType().equals("Identity")
                                && Attributes.isStandard(index.node(producer)))
                        .flatMap(producer -> index.value(new Use(producer, 0)));
                if (before.isEmpty()) {
                    return Optional.empty();
                }
                at = before.get();
            }
            return Optional.empty();
        }
    }
}
