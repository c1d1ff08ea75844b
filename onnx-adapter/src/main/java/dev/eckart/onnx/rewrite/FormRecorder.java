package dev.eckart.onnx.rewrite;

import dev.eckart.core.linalg.Decomposer;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.scan.ConstantSite;
import dev.eckart.onnx.scan.LinearSite;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Writes down in a compressed model's metadata what each of its stored forms is worth ({@link FormRecord}), and reads that
 * again.
 */
public final class FormRecorder {
    private FormRecorder() {}

    /**
     * A compressed model with its records.
     *
     * @param index of the original
     * @param sites the original's linear weights
     * @param constants those of its constants that can be stored as codes
     * @param compressed made of the original, and not changed since
     * @param backend asked for where factors are multiplied
     */
    public static OnnxModel record(
            OnnxModel original,
            GraphIndex index,
            List<LinearSite> sites,
            List<ConstantSite> constants,
            OnnxModel compressed,
            Supplier<Decomposer> backend) {
        StoredPairs stored = new StoredPairs(original, index, compressed, backend);
        ModelProto.Builder message = compressed.message().toBuilder();
        try {
            StoredPairs.Replaced replaced = stored.replaced(sites, constants);
            for (LinearSite site : sites) {
                PairNames pair = replaced.pairs().get(site.weight().name());
                if (pair != null) {
                    LinearSite.Reading reading = StoredPairs.reading(site, pair);
                    message.addMetadataProps(stored.record(site, reading, pair, stored.product(reading, pair))
                            .entry(site.weight().name()));
                }
            }
            for (ConstantSite site : constants) {
                CodeNames codes = replaced.codes().get(site.weight().name());
                if (codes != null) {
                    message.addMetadataProps(
                            stored.record(site, stored.constant(site, codes).dense(backend))
                                    .entry(site.weight().name()));
                }
            }
        } catch (Misfit e) {
            throw new IllegalStateException("A compressed model does not fit its own metadata: " + e.getMessage(), e);
        }
        if (!stored.faults().isEmpty()) {
            throw new IllegalStateException("A compressed model is not what was written: " + stored.faults());
        }
        return new OnnxModel(message.build(), compressed.payloads());
    }

    /**
     * What a compressed model stores otherwise than its metadata records, in a sentence; empty if all is as recorded.
     *
     * @param index of the original
     * @param sites the original's linear weights
     * @param constants those of its constants that can be stored as codes
     * @param backend asked for where factors are multiplied
     */
    public static Optional<String> fault(
            OnnxModel original,
            GraphIndex index,
            List<LinearSite> sites,
            List<ConstantSite> constants,
            OnnxModel compressed,
            Supplier<Decomposer> backend) {
        StoredPairs stored = new StoredPairs(original, index, compressed, backend);
        try {
            StoredPairs.Replaced replaced = stored.replaced(sites, constants);
            for (LinearSite site : sites) {
                PairNames pair = replaced.pairs().get(site.weight().name());
                if (pair != null) {
                    LinearSite.Reading reading = StoredPairs.reading(site, pair);
                    stored.compare(site, reading, pair, stored.product(reading, pair));
                } else if (!replaced.has(site.weight().name())) {
                    stored.requireUnchanged(site);
                }
            }
            for (ConstantSite site : constants) {
                CodeNames codes = replaced.codes().get(site.weight().name());
                if (codes != null) {
                    stored.compare(site, stored.constant(site, codes).dense(backend));
                }
            }
        } catch (Misfit e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
        return stored.faults().isEmpty() ? Optional.empty() : Optional.of(String.join("; ", stored.faults()));
    }

    /** The recorded relative error of each weight that a record can be read of, by name. */
    public static Map<String, Double> errors(ModelProto compressed) {
        Map<String, Double> errors = new HashMap<>();
        compressed.getMetadataPropsList().stream()
                .filter(FormRecord::isEntry)
                .forEach(entry -> FormRecord.parse(entry.getValue())
                        .ifPresent(record -> errors.put(FormRecord.weight(entry), record.error())));
        return errors;
    }
}
