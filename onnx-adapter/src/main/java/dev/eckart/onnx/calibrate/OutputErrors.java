package dev.eckart.onnx.calibrate;

import dev.eckart.onnx.graph.Attributes;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Use;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.operator.LinearRule;
import dev.eckart.onnx.operator.Operators;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.scan.LinearSite;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.IntPredicate;

/** How far what a layer gives is off in a compressed model, beside the original. */
final class OutputErrors implements SampleSums {
    private final List<LayerInput> outputs;
    private final int size;
    private final double[] mean;
    private long count;
    private double lost;
    private double varied;

    private OutputErrors(List<LayerInput> outputs, int size) {
        this.outputs = outputs;
        this.size = size;
        this.mean = new double[size];
    }

    /**
     * Those of a calibrated weight, none summed yet.
     *
     * @return empty if its nodes do more than to multiply
     */
    static Optional<OutputErrors> of(LinearSite site, GraphIndex index) {
        List<LayerInput> outputs = new ArrayList<>();
        for (LinearSite.Multiplication use : site.readings().get(0).uses()) {
            int node = use.use().node();
            LinearRule rule = Operators.linear(index.node(node));
            if (!rule.givesProduct()) {
                // It does something to the product that the pair does not answer for.
                return Optional.empty();
            }
            outputs.add(new LayerInput(
                    index.node(biased(node, index)).getOutput(0),
                    rule.outputAxis(use.use().input())));
        }
        return Optional.of(new OutputErrors(outputs, site.weight().columns()));
    }

    /** The node itself, or the one that adds a constant to what only it takes: a shift of the bias may be in there. */
    private static int biased(int node, GraphIndex index) {
        Value product = new Value(GraphIndex.MAIN, index.node(node).getOutput(0));
        List<Use> takers = index.uses(product);
        if (takers.size() != 1 || index.isOutput(product)) {
            return node;
        }
        Use taker = takers.get(0);
        NodeProto add = index.node(taker.node());
        boolean addsConstant = add.getOpType().equals("Add")
                && Attributes.isStandard(add)
                && index.graphOf(taker.node()) == GraphIndex.MAIN
                && isConstant(new Use(taker.node(), 1 - taker.input()), index);
        return addsConstant ? taker.node() : node;
    }

    private static boolean isConstant(Use use, GraphIndex index) {
        Optional<Value> at = index.value(use);
        for (int steps = 0; at.isPresent() && steps <= index.nodes(); steps++) {
            if (index.constants().containsKey(at.get())) {
                return true;
            }
            at = index.producer(at.get())
                    .filter(producer -> index.node(producer).getOpType().equals("Identity"))
                    .flatMap(producer -> index.value(new Use(producer, 0)));
        }
        return false;
    }

    @Override
    public List<LayerInput> inputs() {
        return outputs;
    }

    @Override
    public void add(LayerInput output, Output value, IntPredicate counted, String where) {
        output.forEach(value, 2 * size, counted, this::add);
    }

    /**
     * Adds outputs to what the mean, and the squares about it, were so far (B. P. Welford, 1962).
     *
     * @param rows {@code [y' | y]}
     */
    private void add(double[] rows, int rowCount) {
        for (int row = 0; row < rowCount; row++) {
            count++;
            for (int j = 0; j < size; j++) {
                double y = rows[(2 * row + 1) * size + j];
                double error = rows[2 * row * size + j] - y;
                double apart = y - mean[j];
                lost += error * error;
                mean[j] += apart / count;
                varied += apart * (y - mean[j]);
            }
        }
    }

    /** The relative error of some weights together, whatever their sizes; empty where it is no number. */
    static OptionalDouble together(List<OutputErrors> weights) {
        double meanSquare = weights.stream()
                .mapToDouble(weight -> weight.lost / weight.varied)
                .average()
                .orElseThrow();
        return Double.isFinite(meanSquare) ? OptionalDouble.of(Math.sqrt(meanSquare)) : OptionalDouble.empty();
    }
}
