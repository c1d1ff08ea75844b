package dev.eckart.models.decoder;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.model.ElementType;
import dev.eckart.models.synthetic.GeneratorArguments;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes a {@link SyntheticDecoder}: {@code GenerateDecoder [options] OUT.onnx}. */
public final class GenerateDecoder {
    private static final String USAGE = "GenerateDecoder [--gigabytes 6 | --layers N] [--hidden 4096] [--ffn 11008]"
            + " [--heads 32] [--vocabulary 32000] [--type float16|float32] [--tied true|false] [--seed 0] OUT.onnx";

    private static final Map<String, String> DEFAULTS = Map.of(
            "--gigabytes", "6",
            "--layers", "",
            "--hidden", "4096",
            "--ffn", "11008",
            "--heads", "32",
            "--vocabulary", "32000",
            "--type", "float16",
            "--tied", "false",
            "--seed", "0");

    private GenerateDecoder() {}

    /**
     * Writes a decoder whose data have about 6 GB, or as the options say.
     *
     * @param arguments options, each with its value, and the file to write
     */
    public static void main(String[] arguments) throws IOException {
        try {
            run(List.of(arguments), System.out);
        } catch (InvalidInputException e) {
            System.err.println("GenerateDecoder: " + e.getMessage());
            System.exit(2);
        }
    }

    /** @throws InvalidInputException if the arguments make no sense */
    static void run(List<String> arguments, PrintStream out) throws IOException {
        GeneratorArguments parsed = GeneratorArguments.parse(arguments, DEFAULTS, USAGE);
        if (arguments.contains("--layers") && arguments.contains("--gigabytes")) {
            throw new InvalidInputException("--layers and --gigabytes are given both; leave one of them out");
        }
        DecoderShape shape = shape(parsed);
        long start = System.nanoTime();
        new SyntheticDecoder(shape, parsed.wholeNumber("--seed")).write(parsed.file());
        out.printf(
                Locale.ROOT,
                "%s: %d layers, %,d parameters, %.2f GB of data, written in %.0f s%n",
                parsed.file(),
                shape.layers(),
                shape.parameters(),
                shape.bytes() / 1e9,
                (System.nanoTime() - start) / 1e9);
    }

    private static DecoderShape shape(GeneratorArguments arguments) {
        boolean bySize = arguments.value("--layers").isEmpty();
        DecoderShape shape = new DecoderShape(
                arguments.size("--hidden"),
                arguments.size("--ffn"),
                bySize ? 1 : arguments.size("--layers"),
                arguments.size("--heads"),
                arguments.size("--vocabulary"),
                type(arguments),
                tied(arguments));
        return bySize ? shape.ofAbout(arguments.size("--gigabytes") * 1e9) : shape;
    }

    private static ElementType type(GeneratorArguments arguments) {
        return switch (arguments.value("--type")) {
            case "float16" -> ElementType.FLOAT16;
            case "float32" -> ElementType.FLOAT32;
            default -> throw arguments.refusal("--type", "float16 or float32");
        };
    }

    private static boolean tied(GeneratorArguments arguments) {
        return switch (arguments.value("--tied")) {
            case "true" -> true;
            case "false" -> false;
            default -> throw arguments.refusal("--tied", "true or false");
        };
    }
}
