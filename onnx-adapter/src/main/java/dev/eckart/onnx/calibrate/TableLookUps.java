package dev.eckart.onnx.calibrate;

import dev.eckart.core.calibrate.LookUps;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.graph.Attributes;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Use;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.run.InputSet;
import dev.eckart.onnx.run.PaddingMask;
import dev.eckart.onnx.scan.ConstantSite;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * Counts of the entries of tables that samples look up: of tables that {@code Gather} looks up in by nothing but inputs of the network,
 * such as the words of a text. Positions of padding do not count.
 */
final class TableLookUps {
    /** Samples that are looked at together. */
    private static final int BATCH = 64;

    private final OnnxNetwork network;
    private final InputSet inputs;
    private final Optional<String> mask;

    /**
     * Nothing counted yet.
     *
     * @param mask the input that says what is padding
     */
    TableLookUps(OnnxNetwork network, InputSet inputs, Optional<String> mask) {
        this.network = network;
        this.inputs = inputs;
        this.mask = mask;
    }

    /** How often entries are looked up, by the name of the table; of other tables there is nothing. */
    Map<String, LookUps> count() {
        if (!looksUpByInputs()) {
            // Without a scan for constants.
            return Map.of();
        }
        Map<String, LookUps> counted = new HashMap<>();
        for (ConstantSite site : network.constantSites()) {
            List<String> indices = network.index().uses(site.root()).stream()
                    .map(use -> indices(site, use).orElse(""))
                    .distinct()
                    .toList();
            if (!indices.isEmpty() && indices.stream().allMatch(this::isInput)) {
                long[] counts = new long[site.weight().columns()];
                indices.forEach(input -> count(input, counts));
                counted.put(site.weight().name(), LookUps.of(counts));
            }
        }
        return counted;
    }

    private boolean looksUpByInputs() {
        return network.model().message().getGraph().getNodeList().stream()
                .anyMatch(node ->
                        node.getOpType().equals("Gather") && node.getInputCount() > 1 && isInput(node.getInput(1)));
    }

    /** By which value a node looks up rows of a table, if that is what it does. */
    private Optional<String> indices(ConstantSite site, Use use) {
        if (network.index().graphOf(use.node()) != GraphIndex.MAIN || site.from() != 0 || site.to() != 1) {
            return Optional.empty();
        }
        NodeProto node = network.index().node(use.node());
        boolean looksUp = Attributes.isStandard(node)
                && node.getOpType().equals("Gather")
                && use.input() == 0
                && Attributes.integer(node, "axis", 0) == 0;
        return looksUp ? Optional.of(node.getInput(1)) : Optional.empty();
    }

    private boolean isInput(String value) {
        return inputs.batch(0, inputs.batchSize(1)).containsKey(value);
    }

    private void count(String input, long[] counts) {
        int batch = inputs.batchSize(BATCH);
        for (int from = 0; from < inputs.samples(); from += batch) {
            Map<String, NpyArray> arrays = inputs.batch(from, Math.min(inputs.samples(), from + batch));
            NpyArray indices = Objects.requireNonNull(arrays.get(input));
            IntPredicate counted = counted(arrays, indices);
            for (int i = 0; i < indices.size(); i++) {
                long index = indices.longAt(i);
                // As Gather counts from the end. What is out of range, the runtime refuses.
                long entry = index < 0 ? index + counts.length : index;
                if (counted.test(i) && entry >= 0 && entry < counts.length) {
                    counts[(int) entry]++;
                }
            }
        }
    }

    private IntPredicate counted(Map<String, NpyArray> arrays, NpyArray indices) {
        if (mask.isEmpty()) {
            return any -> true;
        }
        PaddingMask padding = PaddingMask.of(mask.get(), arrays, inputs.axes());
        List<Long> axes = indices.shape().stream().map(Integer::longValue).toList();
        return padding.counted(padding.rows(axes), indices.size());
    }
}
