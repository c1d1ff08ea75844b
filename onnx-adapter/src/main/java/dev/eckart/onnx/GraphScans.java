package dev.eckart.onnx;

import dev.eckart.core.Lazy;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.scan.ConstantScan;
import dev.eckart.onnx.scan.ConstantScanner;
import dev.eckart.onnx.scan.WeightScan;
import dev.eckart.onnx.scan.WeightScanner;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What a network's graph is found to hold, each found when it is first asked for, and kept: its nodes and values, its linear
 * weights, and its constants.
 *
 * <p>Each takes time in proportion to the whole graph. Where a network is made anew for each layer, as for timing and for
 * refitting, that would grow with the square of their number.
 */
final class GraphScans {
    private final Scanner scanner;
    private final boolean defaultsAreConstant;
    private final Supplier<GraphIndex> index;
    private final Supplier<WeightScan> weights;
    private final Supplier<ConstantScan> constants;

    private GraphScans(
            Scanner scanner,
            boolean defaultsAreConstant,
            Supplier<GraphIndex> index,
            Supplier<WeightScan> weights,
            OnnxModel model) {
        this.scanner = scanner;
        this.defaultsAreConstant = defaultsAreConstant;
        this.index = index;
        this.weights = weights;
        this.constants = Lazy.of(() -> scanner.constants(model, index.get(), weights.get()));
    }

    /** What looks through a graph. */
    interface Scanner {
        /** Looks, and nothing else. */
        Scanner PLAIN = new Scanner() {};

        /** As {@link WeightScanner#scan}. */
        default WeightScan weights(OnnxModel model, GraphIndex index, Map<Value, String> known) {
            return WeightScanner.scan(model, index, known);
        }

        /** As {@link ConstantScanner#scan}. */
        default ConstantScan constants(OnnxModel model, GraphIndex index, WeightScan weights) {
            return ConstantScanner.scan(model, index, weights);
        }
    }

    /** @param known names that tensors keep */
    static GraphScans of(OnnxModel model, boolean defaultsAreConstant, Map<Value, String> known, Scanner scanner) {
        Supplier<GraphIndex> index = Lazy.of(() -> new GraphIndex(model.message(), defaultsAreConstant));
        return new GraphScans(
                scanner, defaultsAreConstant, index, Lazy.of(() -> scanner.weights(model, index.get(), known)), model);
    }

    /** Those of a model that was made of this one's, whose tensors keep the names that they have here. */
    GraphScans of(OnnxModel rewritten) {
        return of(rewritten, false, weights().names(), scanner);
    }

    /** Those of a model with the same weights and inputs, and other nodes. */
    GraphScans withOtherNodes(OnnxModel rewritten) {
        return of(rewritten, defaultsAreConstant, weights().names(), scanner);
    }

    GraphIndex index() {
        return index.get();
    }

    WeightScan weights() {
        return weights.get();
    }

    ConstantScan constants() {
        return constants.get();
    }
}
