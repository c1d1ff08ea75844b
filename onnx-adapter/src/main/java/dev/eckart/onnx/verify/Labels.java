package dev.eckart.onnx.verify;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.onnx.run.Output;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;

/** What is known of each sample: the class that it is of, or whatever a metric takes. */
public final class Labels {
    private final NpyArray classes;

    /**
     * Labels, the first axis being samples.
     *
     * @throws InvalidInputException if there is no such axis
     */
    public Labels(NpyArray classes) {
        if (classes.shape().isEmpty()) {
            throw new InvalidInputException(
                    "the labels are %s; expected some for each sample".formatted(classes.describe()));
        }
        this.classes = classes;
    }

    /** Whether they are the classes of samples: whole numbers in one row. */
    public boolean areClasses() {
        boolean oneRow = classes.shape().size() == 1
                || (classes.shape().size() == 2 && classes.shape().get(1) == 1);
        return classes.type().isInteger() && oneRow;
    }

    /**
     * Refuses what nothing but a metric can make use of.
     *
     * @throws InvalidInputException if they are not the classes of samples
     */
    public void requireClasses() {
        if (!areClasses()) {
            throw new InvalidInputException(
                    "the labels are %s; expected whole numbers, one for each sample".formatted(classes.describe()));
        }
    }

    /** Those of samples {@code from} to {@code to}, exclusive. */
    NpyArray of(int from, int to) {
        return classes.slice(from, to);
    }

    /** What tells them from others. */
    public void addTo(MessageDigest digest) {
        digest.update(classes.describe().getBytes(StandardCharsets.UTF_8));
        digest.update(classes.bytes());
    }

    int count() {
        return classes.shape().get(0);
    }

    /**
     * Whether an output classifies a sample as the labels say.
     *
     * @param sample its number in the batch
     * @param from number of the batch's first sample
     */
    boolean isCorrect(Output output, int sample, int from) {
        long found = output.floating() ? output.argmax(sample) : (long) output.at(sample);
        return found == classes.longAt(from + sample);
    }

    /**
     * The output that classifies: scores {@code [samples × classes]}, or else class numbers {@code [samples]}.
     *
     * @throws InvalidInputException if there is none
     */
    static Output classifying(Collection<Output> outputs, int batch) {
        return outputs.stream()
                .filter(output -> output.floating() && output.shape().size() == 2 && isPerSample(output, batch))
                .findFirst()
                .or(() -> outputs.stream()
                        .filter(output -> !output.floating() && output.size() == batch && isPerSample(output, batch))
                        .findFirst())
                .orElseThrow(
                        () -> new InvalidInputException(
                                "--labels: the model has no output of scores [samples×classes], nor of class numbers [samples]"));
    }

    private static boolean isPerSample(Output output, int batch) {
        return !output.shape().isEmpty() && output.shape().get(0) == batch;
    }
}
