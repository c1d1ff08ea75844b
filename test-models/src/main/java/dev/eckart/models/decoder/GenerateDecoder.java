package dev.eckart.models.decoder;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.model.ElementType;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
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

    private final Map<String, String> options;

    private GenerateDecoder(Map<String, String> options) {
        this.options = options;
    }

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
        Map<String, String> options = new HashMap<>(DEFAULTS);
        Path file = parse(arguments, options);
        GenerateDecoder command = new GenerateDecoder(options);
        DecoderShape shape = command.shape();
        long start = System.nanoTime();
        new SyntheticDecoder(shape, command.wholeNumber("--seed")).write(file);
        out.printf(
                Locale.ROOT,
                "%s: %d layers, %,d parameters, %.2f GB of data, written in %.0f s%n",
                file,
                shape.layers(),
                shape.parameters(),
                shape.bytes() / 1e9,
                (System.nanoTime() - start) / 1e9);
    }

    /** The one argument that is no option; options go into {@code options}. */
    private static Path parse(List<String> arguments, Map<String, String> options) {
        List<Path> files = new ArrayList<>();
        Iterator<String> rest = arguments.iterator();
        while (rest.hasNext()) {
            String argument = rest.next();
            if (!argument.startsWith("--")) {
                files.add(Path.of(argument));
            } else if (!options.containsKey(argument)) {
                throw new InvalidInputException("unknown option `%s`; usage: %s".formatted(argument, USAGE));
            } else if (!rest.hasNext()) {
                throw new InvalidInputException("%s has no value; usage: %s".formatted(argument, USAGE));
            } else {
                options.put(argument, rest.next());
            }
        }
        if (arguments.contains("--layers") && arguments.contains("--gigabytes")) {
            throw new InvalidInputException("--layers and --gigabytes are given both; leave one of them out");
        }
        if (files.size() != 1) {
            throw new InvalidInputException(
                    "expected one file to write but found %d; usage: %s".formatted(files.size(), USAGE));
        }
        return files.get(0);
    }

    private DecoderShape shape() {
        boolean bySize = value("--layers").isEmpty();
        DecoderShape shape = new DecoderShape(
                size("--hidden"),
                size("--ffn"),
                bySize ? 1 : size("--layers"),
                size("--heads"),
                size("--vocabulary"),
                type(),
                tied());
        return bySize ? shape.ofAbout(size("--gigabytes") * 1e9) : shape;
    }

    private String value(String option) {
        return options.getOrDefault(option, "");
    }

    private int size(String option) {
        long number = wholeNumber(option);
        if (number < 1 || number > Integer.MAX_VALUE) {
            throw refusal(option, "a whole number from 1");
        }
        return (int) number;
    }

    private long wholeNumber(String option) {
        if (!value(option).matches("-?\\d{1,18}")) {
            throw refusal(option, "a whole number");
        }
        return Long.parseLong(value(option));
    }

    private ElementType type() {
        return switch (value("--type")) {
            case "float16" -> ElementType.FLOAT16;
            case "float32" -> ElementType.FLOAT32;
            default -> throw refusal("--type", "float16 or float32");
        };
    }

    private boolean tied() {
        return switch (value("--tied")) {
            case "true" -> true;
            case "false" -> false;
            default -> throw refusal("--tied", "true or false");
        };
    }

    private InvalidInputException refusal(String option, String expected) {
        return new InvalidInputException("%s: expected %s but was: %s".formatted(option, expected, value(option)));
    }
}
