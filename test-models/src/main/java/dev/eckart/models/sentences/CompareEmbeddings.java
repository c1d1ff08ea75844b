package dev.eckart.models.sentences;

import dev.eckart.core.InvalidInputException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * Says how far compressed sentence encoders are from the original: {@code CompareEmbeddings TOKENS.npz ORIGINAL.onnx
 * COMPRESSED.onnx…}.
 */
public final class CompareEmbeddings {
    private CompareEmbeddings() {}

    /**
     * Prints the mean and the smallest cosine of sentences' embeddings, a line for each compressed encoder.
     *
     * @param arguments tokenised sentences, the original, and the encoders to compare with it
     */
    public static void main(String[] arguments) {
        try {
            run(List.of(arguments), System.out);
        } catch (InvalidInputException e) {
            System.err.println("CompareEmbeddings: " + e.getMessage());
            System.exit(2);
        }
    }

    /** @throws InvalidInputException if the arguments make no sense */
    static void run(List<String> arguments, PrintStream out) {
        if (arguments.size() < 3) {
            throw new InvalidInputException(
                    "expected three files or more but found %d; usage: CompareEmbeddings TOKENS.npz ORIGINAL.onnx COMPRESSED.onnx…"
                            .formatted(arguments.size()));
        }
        Path tokens = Path.of(arguments.get(0));
        SentenceEmbeddings original = SentenceEmbeddings.of(Path.of(arguments.get(1)), tokens);
        for (String file : arguments.subList(2, arguments.size())) {
            DoubleSummaryStatistics cosines = DoubleStream.of(
                            original.cosines(SentenceEmbeddings.of(Path.of(file), tokens)))
                    .summaryStatistics();
            out.printf(
                    Locale.ROOT,
                    "%s: %d sentences, cosine %.4f in the mean, %.4f at the least%n",
                    file,
                    cosines.getCount(),
                    cosines.getAverage(),
                    cosines.getMin());
        }
    }
}
