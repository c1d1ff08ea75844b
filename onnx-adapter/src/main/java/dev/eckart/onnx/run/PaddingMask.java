package dev.eckart.onnx.run;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.npy.NpyArray;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Which positions of which samples are no padding: those where the model's mask {@code [samples, positions]} or
 * {@code [positions, samples]} is not zero.
 *
 * @param samples that are run together
 * @param samplesFirst which of the two axes samples are; the values in the network are taken to be arranged alike
 * @param kept for each position of each sample, in the order of the mask, whether it counts
 */
public record PaddingMask(int samples, int positions, boolean samplesFirst, BitSet kept) {
    /** The input that is the mask of most models of texts. */
    public static final String USUAL = "attention_mask";

    /** How the vectors of a value go with samples and positions. */
    public enum Rows {
        /** One or more for each position, in the mask's order: {@code [samples, positions, …]}, {@code [samples·positions, …]}. */
        OF_POSITIONS,
        /** One for each sample: {@code [samples]}. */
        OF_SAMPLES,
        /** Otherwise: the mask says nothing of them. */
        OTHER
    }

    /**
     * The input that is the mask.
     *
     * @return empty if none is named, and there is none of the usual name and of two dimensions
     * @throws InvalidInputException if the model has no input of the name that is wanted, or one of other dimensions
     */
    public static Optional<String> input(Optional<String> wanted, List<ModelInput> inputs) {
        if (wanted.isEmpty()) {
            return inputs.stream()
                    .filter(input -> input.name().equals(USUAL) && input.dims().size() == 2)
                    .map(ModelInput::name)
                    .findFirst();
        }
        ModelInput mask = inputs.stream()
                .filter(input -> input.name().equals(wanted.get()))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("--mask: the model has no input `%s`; its inputs: %s"
                        .formatted(
                                wanted.get(),
                                String.join(
                                        ", ",
                                        inputs.stream().map(ModelInput::name).toList()))));
        if (mask.dims().size() != 2) {
            throw new InvalidInputException(
                    "--mask: input `%s` is %s; expected [samples×positions]".formatted(mask.name(), mask.describe()));
        }
        return wanted;
    }

    /** The mask of the samples that are run together, which are along some axes. */
    public static PaddingMask of(String input, Map<String, NpyArray> batch, BatchAxes axes) {
        NpyArray mask = Objects.requireNonNull(batch.get(input));
        BitSet kept = new BitSet(mask.size());
        for (int i = 0; i < mask.size(); i++) {
            kept.set(i, mask.doubleAt(i) != 0);
        }
        boolean samplesFirst = !Integer.valueOf(1).equals(axes.inputs().get(input));
        return new PaddingMask(
                mask.shape().get(samplesFirst ? 0 : 1), mask.shape().get(samplesFirst ? 1 : 0), samplesFirst, kept);
    }

    /** Whether any position is padding, and any is not. */
    public boolean isMixed() {
        return !kept.isEmpty() && kept.cardinality() < samples * positions;
    }

    /**
     * Refuses inputs that are nothing but padding.
     *
     * @throws InvalidInputException if these are
     */
    public static void requirePositions(String input, InputSet inputs, String origin) {
        if (!of(input, inputs.batch(0, inputs.samples()), inputs.axes()).kept.isEmpty()) {
            return;
        }
        throw new InvalidInputException(
                "%s: mask `%s` is 0 everywhere, so no position is left to calibrate on; expected 1 where a position is not padding"
                        .formatted(origin, input));
    }

    /** How vectors in some arrangement go with this mask. */
    public Rows rows(List<Long> axes) {
        long all = axes.stream().reduce(1L, (a, b) -> a * b);
        boolean flat = !axes.isEmpty() && axes.get(0) == (long) samples * positions;
        int first = samplesFirst ? samples : positions;
        int second = samplesFirst ? positions : samples;
        // Where a later axis is as long, it may be that one.
        boolean separate = axes.size() >= 2
                && axes.get(0) == first
                && axes.get(1) == second
                && (second == 1 || !axes.subList(2, axes.size()).contains((long) second));
        if (flat || separate) {
            return Rows.OF_POSITIONS;
        }
        return !axes.isEmpty() && axes.get(0) == samples && all == samples ? Rows.OF_SAMPLES : Rows.OTHER;
    }

    /** Whether a vector counts, by its number; a sample's only one does if any position of it does. */
    public IntPredicate counted(Rows rows, int count) {
        return switch (rows) {
            case OF_POSITIONS -> row -> kept.get((int) ((long) row * samples * positions / count));
            case OF_SAMPLES -> this::isAnyKept;
            case OTHER -> row -> true;
        };
    }

    private boolean isAnyKept(int sample) {
        return IntStream.range(0, positions)
                .anyMatch(position ->
                        kept.get(samplesFirst ? sample * positions + position : position * samples + sample));
    }
}
