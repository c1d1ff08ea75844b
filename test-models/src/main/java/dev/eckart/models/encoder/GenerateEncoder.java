package dev.eckart.models.encoder;

import dev.eckart.core.InvalidInputException;
import dev.eckart.models.synthetic.GeneratorArguments;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes a {@link SyntheticEncoder}: {@code GenerateEncoder [options] OUT.onnx}. */
public final class GenerateEncoder {
    private static final String USAGE = "GenerateEncoder [--layers 12] [--hidden 768] [--ffn 3072] [--heads 12]"
            + " [--vocabulary 1000] [--seed 0] OUT.onnx";

    private static final Map<String, String> DEFAULTS = Map.of(
            "--layers", "12",
            "--hidden", "768",
            "--ffn", "3072",
            "--heads", "12",
            "--vocabulary", "1000",
            "--seed", "0");

    private GenerateEncoder() {}

    /**
     * Writes an encoder of the size of BERT-base, but for its vocabulary, or as the options say.
     *
     * @param arguments options, each with its value, and the file to write
     */
    public static void main(String[] arguments) throws IOException {
        try {
            run(List.of(arguments), System.out);
        } catch (InvalidInputException e) {
            System.err.println("GenerateEncoder: " + e.getMessage());
            System.exit(2);
        }
    }

    /** @throws InvalidInputException if the arguments make no sense */
    static void run(List<String> arguments, PrintStream out) throws IOException {
        GeneratorArguments parsed = GeneratorArguments.parse(arguments, DEFAULTS, USAGE);
        EncoderShape shape = new EncoderShape(
                parsed.size("--hidden"),
                parsed.size("--ffn"),
                parsed.size("--layers"),
                parsed.size("--heads"),
                parsed.size("--vocabulary"));
        long start = System.nanoTime();
        new SyntheticEncoder(shape, parsed.wholeNumber("--seed")).write(parsed.file());
        out.printf(
                Locale.ROOT,
                "%s: %d layers, %,d parameters, %.2f MB of data, written in %.1f s%n",
                parsed.file(),
                shape.layers(),
                shape.parameters(),
                shape.bytes() / 1e6,
                (System.nanoTime() - start) / 1e9);
    }
}
