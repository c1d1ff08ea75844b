package dev.eckart.onnx.rewrite;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.onnx.file.Payloads;
import dev.eckart.onnx.graph.GraphEdits;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Use;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.rewrite.BiasPlace.After;
import dev.eckart.onnx.rewrite.BiasPlace.Nowhere;
import dev.eckart.onnx.rewrite.BiasPlace.Row;
import dev.eckart.onnx.rewrite.BiasPlace.Term;
import dev.eckart.onnx.rewrite.PairNames.Bias;
import dev.eckart.onnx.scan.LinearSite;
import dev.eckart.onnx.scan.LinearSite.Multiplication;
import dev.eckart.onnx.tensor.TensorTypes;
import dev.eckart.onnx.tensor.TensorView;
import java.util.ArrayList;
import java.util.List;

/**
 * Adds a row to what products give, where that costs least ({@link BiasPlace}).
 *
 * <pre>{@code
 * before                              after
 * y = Gemm(h, A, C; alpha, beta)      y = Gemm(h, A, C + alpha/beta·shift; alpha, beta)
 *
 * p = MatMul(h, A)                    p = MatMul(h, A)
 * y = Add(p, c)                       y = Add(p, c + shift)
 *
 * y = MatMul(h, A)                    p = MatMul(h, A)
 *                                     y = Add(p, shift)
 * }</pre>
 */
public final class BiasShifts {
    private final GraphIndex index;
    private final Payloads payloads;
    private final GraphEdits edits;
    private final Rows rows;
    private final FreshNames names;

    BiasShifts(GraphIndex index, Payloads payloads, GraphEdits edits, Rows rows, FreshNames names) {
        this.index = index;
        this.payloads = payloads;
        this.edits = edits;
        this.rows = rows;
        this.names = names;
    }

    /** Gives the graph the rows that are added. */
    interface Rows {

        /** Rows that are new constants. */
        static Rows constants(NewTensors tensors) {
            return (inPlace, wanted, row, type) -> tensors.store(
                            inPlace, wanted, row, TensorTypes.elementType(type).orElseThrow())
                    .name();
        }

        /**
         * Adds a row.
         *
         * @param inPlace where to put it
         * @param wanted what to call it, if that is free
         * @param type of the format, in which it is added
         * @return its name
         */
        String add(Value inPlace, String wanted, TensorView row, int type);
    }

    /** Whether there is a place for a shift at every product by a weight. */
    public static boolean arePossible(GraphIndex index, Payloads payloads, LinearSite site) {
        return site.readings().get(0).uses().stream()
                .noneMatch(
                        use -> BiasPlace.of(index, payloads, use, site.weight().columns()) instanceof Nowhere);
    }

    /** Nodes in the place of one that multiplied, and how their products are shifted. */
    record Shifted(List<NodeProto> nodes, Bias bias) {}

    /**
     * Shifts products.
     *
     * @param use that the nodes stand for
     * @param root the weight's stored tensor
     * @param shift {@code [1 × out]}
     * @param nodes of which the last one gives the product
     */
    Shifted add(Multiplication use, Value root, MatrixSource shift, List<NodeProto> nodes) {
        BiasPlace place = BiasPlace.of(index, payloads, use, shift.columns());
        if (place instanceof Term term) {
            return add(use, root, shift, nodes, term);
        }
        if (place instanceof After after) {
            String name = store(
                    use,
                    root,
                    root.name() + ".shift",
                    row(shift, after.factor()),
                    BiasPlace.dims(use, shift.columns()));
            List<NodeProto> longer = new ArrayList<>(nodes.subList(0, nodes.size() - 1));
            longer.addAll(addAfter(nodes.get(nodes.size() - 1), name, names));
            return new Shifted(longer, new Bias(Bias.Kind.ADDED, name));
        }
        return new Shifted(nodes, Bias.NONE);
    }

    private Shifted add(Multiplication use, Value root, MatrixSource shift, List<NodeProto> nodes, Term term) {
        double[] row = row(shift, term.factor());
        term.constant().ifPresent(constant -> {
            double[] before = constant.toArray(row.length);
            for (int i = 0; i < row.length; i++) {
                row[i] += before[i];
            }
        });
        String name = store(
                use,
                term.constant().map(Row::value).orElse(root),
                term.constant().map(constant -> constant.value().name()).orElse(root.name()) + ".shifted",
                row,
                term.constant().map(constant -> constant.wide(row.length)).orElse(List.of((long) row.length)));
        List<NodeProto> shifted = new ArrayList<>(nodes);
        Use input = term.use();
        if (input.node() == use.use().node()) {
            int last = nodes.size() - 1;
            shifted.set(last, with(nodes.get(last), input.input(), name));
        } else {
            edits.replace(input.node(), List.of(with(index.node(input.node()), input.input(), name)));
        }
        edits.release(input);
        term.constant().ifPresent(constant -> edits.removeIfUnused(constant.value()));
        return new Shifted(shifted, new Bias(Bias.Kind.TERM, name));
    }

    private static double[] row(MatrixSource shift, double factor) {
        double[] row = Matrix.copyOf(shift).toArray();
        for (int i = 0; i < row.length; i++) {
            row[i] *= factor;
        }
        return row;
    }

    private String store(Multiplication use, Value inPlace, String wanted, double[] row, List<Long> dims) {
        return rows.add(
                inPlace, wanted, TensorView.of(Matrix.of(1, row.length, row)).reshaped(dims), use.type());
    }

    /** A node with another input, which it need not have had before. */
    static NodeProto with(NodeProto node, int input, String name) {
        NodeProto.Builder changed = node.toBuilder();
        while (changed.getInputCount() <= input) {
            changed.addInput("");
        }
        return changed.setInput(input, name).build();
    }

    /** A node whose result has another name, and the sum of that and a constant under its old one. */
    static List<NodeProto> addAfter(NodeProto node, String constant, FreshNames names) {
        String result = node.getOutput(0);
        String product = names.take(result + ".xA");
        String name = node.getName().isEmpty() ? result : node.getName();
        return List.of(
                node.toBuilder().setOutput(0, product).build(),
                NodeProto.newBuilder()
                        .setOpType("Add")
                        .setName(names.take(name + ".shift"))
                        .addInput(product)
                        .addInput(constant)
                        .addOutput(result)
                        .build());
    }
}
