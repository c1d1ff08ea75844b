package dev.eckart.cli;

import java.util.List;

/** A command that a soak runs, in a folder with {@code model.onnx}, {@code inputs.npz} and {@code matrix.npy}. */
@SuppressWarnings("ImmutableEnumChecker")
enum SoakJob {
    COMPRESS("out.onnx", "compress model.onnx -o out.onnx --rank fixed:8 --force"),
    EXTERNAL_DATA("out.onnx", "compress model.onnx -o out.onnx --rank fixed:8 --force --external-data always"),
    ISOLATED("out.onnx", "compress model.onnx -o out.onnx --rank fixed:8 --force --isolate"),
    CACHED("out.onnx", "compress model.onnx -o out.onnx --rank fixed:8 --force --cache cache --cache-vectors"),
    SEARCH(
            "out.onnx",
            "compress model.onnx -o out.onnx --max-relative-error 0.01 --inputs inputs.npz --force --quiet --cache cache"),
    MATRIX("out.npy", "svd matrix.npy -o out.npy --rank 8 --force");

    private final String result;
    private final String command;

    SoakJob(String result, String command) {
        this.result = result;
        this.command = command;
    }

    /** The file that it writes, the same to the byte each time. */
    String result() {
        return result;
    }

    /** How many files it writes: a model may have a data file, whose name has a sum over its bytes in it. */
    int outputs() {
        return this == EXTERNAL_DATA ? 2 : 1;
    }

    /** Whether it writes a file of such a name. */
    boolean isOutput(String name) {
        return name.equals(result) || isData(name, result);
    }

    /** Whether a file has the name of a data file of a model. */
    static boolean isData(String name, String model) {
        return name.startsWith(model) && name.substring(model.length()).matches("\\.[0-9a-f]{8}\\.data");
    }

    List<String> arguments() {
        return List.of(command.split(" ", -1));
    }

    /** Whether it keeps something in the folder {@code cache}. */
    boolean caches() {
        return command.contains("--cache");
    }
}
