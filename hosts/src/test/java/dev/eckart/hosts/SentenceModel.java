package dev.eckart.hosts;

import java.nio.file.Path;

/** all-MiniLM-L6-v2 and what the build made of it: files of one folder, with one tokenizer. */
enum SentenceModel {
    /** As it was exported, 90 MB. */
    ORIGINAL("all-minilm-l6-v2.onnx"),
    /** Packed weights, in a table and in products; products of integers; weights that are made numbers when it is loaded. */
    ANY("any.onnx"),
    /** The same without packed weights: of ONNX's own operators alone. */
    STANDARD("standard.onnx");

    private static final Path FOLDER = Path.of(System.getProperty("hosts.models"));

    private final String file;

    SentenceModel(String file) {
        this.file = file;
    }

    Path path() {
        return FOLDER.resolve(file).toAbsolutePath();
    }

    static Path tokenizer() {
        return FOLDER.resolve("all-minilm-l6-v2-tokenizer.json").toAbsolutePath();
    }
}
