package dev.eckart.cli;

import java.util.List;

/** A command that a soak runs, in a folder with {@code model.onnx}, {@code inputs.npz} and {@code matrix.npy}. */
@SuppressWarnings("ImmutableEnumChecker")
enum SoakJob {
    COMPRESS("out.onnx", "compress model.onnx -o out.onnx --rank fixed:8 --force"),
    EXTERNAL_DATA(
            "out.onnx out.onnx.data", "compress model.onnx -o out.onnx --rank fixed:8 --force --external-data always"),
    ISOLATED("out.onnx", "compress model.onnx -o out.onnx --rank fixed:8 --force --isolate"),
    CACHED("out.onnx", "compress model.onnx -o out.onnx --rank fixed:8 --force --cache cache --cache-vectors"),
    SEARCH(
            "out.onnx",
            "compress model.onnx -o out.onnx --max-relative-error 0.01 --inputs inputs.npz --force --quiet --cache cache"),
    MATRIX("out.npy", "svd matrix.npy -o out.npy --rank 8 --force");

    private final String outputs;
    private final String command;

    SoakJob(String outputs, String command) {
        this.outputs = outputs;
        this.command = command;
    }

    /** The files that it writes, the same to the byte each time. */
    List<String> outputs() {
        return List.of(outputs.split(" "));
    }

    List<String> arguments() {
        return List.of(command.split(" "));
    }

    /** Whether it keeps something in the folder {@code cache}. */
    boolean caches() {
        return command.contains("--cache");
    }
}
