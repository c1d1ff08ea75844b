package dev.eckart.cli;

import java.util.List;

/** A command that a soak runs, in a folder with {@code model.onnx}, {@code inputs.npz} and {@code matrix.npy}. */
@SuppressWarnings("ImmutableEnumChecker")
enum SoakJob {
    COMPRESS(List.of("out.onnx"), "compress", "model.onnx", "-o", "out.onnx", "--rank", "fixed:8", "--force"),
    EXTERNAL_DATA(
            List.of("out.onnx", "out.onnx.data"),
            "compress",
            "model.onnx",
            "-o",
            "out.onnx",
            "--rank",
            "fixed:8",
            "--force",
            "--external-data",
            "always"),
    ISOLATED(
            List.of("out.onnx"),
            "compress",
            "model.onnx",
            "-o",
            "out.onnx",
            "--rank",
            "fixed:8",
            "--force",
            "--isolate"),
    CACHED(
            List.of("out.onnx"),
            "compress",
            "model.onnx",
            "-o",
            "out.onnx",
            "--rank",
            "fixed:8",
            "--force",
            "--cache",
            "cache",
            "--cache-vectors"),
    SEARCH(
            List.of("out.onnx"),
            "compress",
            "model.onnx",
            "-o",
            "out.onnx",
            "--max-relative-error",
            "0.01",
            "--inputs",
            "inputs.npz",
            "--force",
            "--quiet",
            "--cache",
            "cache"),
    MATRIX(List.of("out.npy"), "svd", "matrix.npy", "-o", "out.npy", "--rank", "8", "--force");

    private final List<String> outputs;
    private final List<String> arguments;

    SoakJob(List<String> outputs, String... arguments) {
        this.outputs = outputs;
        this.arguments = List.of(arguments);
    }

    /** The files that it writes, the same to the byte each time. */
    List<String> outputs() {
        return outputs;
    }

    List<String> arguments() {
        return arguments;
    }

    /** Whether it keeps something in the folder {@code cache}. */
    boolean caches() {
        return arguments.contains("--cache");
    }
}
