package dev.eckart.cli;

import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.npy.NpyType;
import dev.eckart.models.mnist.BundledClassifier;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Goes through the commands on a small model, for later starts to be quick: the launcher has the JVM keep the classes that
 * this loads, and keeps the native libraries that this unpacks.
 */
final class Rehearsal {
    private Rehearsal() {}

    /**
     * Rehearses in a folder, and leaves ONNX Runtime's libraries in its folder {@code kept}.
     *
     * @param args the folder, which must be the JVM's temporary one
     */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        Console console = new Console(silent(), silent(), true);
        String model = BundledClassifier.MODEL.extractTo(folder).toString();
        String data = BundledClassifier.HELD_OUT.extractTo(folder).toString();
        String small = folder.resolve("small.onnx").toString();
        for (List<String> command : List.of(
                List.<String>of(),
                List.of("--help"),
                List.of("--version"),
                List.of("scn"),
                List.of("strategies"),
                List.of("strategies", "--json"),
                List.of("encodings"),
                List.of("scan", model, "--rank", "fixed:4", "--include", "fc2*"),
                List.of("scan", model, "--rank", "fixed:4", "--include", "fc2*", "--json"),
                List.of(
                        "svd",
                        matrix(folder),
                        "--rank",
                        "1",
                        "--plot",
                        folder.resolve("plot.svg").toString()),
                List.of(
                        "compress",
                        model,
                        "-o",
                        small,
                        "--rank",
                        "fixed:4",
                        "--include",
                        "fc1*",
                        "--inputs",
                        data,
                        "--labels",
                        data + ":labels"),
                List.of(
                        "verify",
                        model,
                        small,
                        "--report",
                        folder.resolve("report.md").toString()))) {
            Eckart.run(console, command.toArray(String[]::new));
        }
        keepLibraries(folder, Files.createDirectories(folder.resolve("kept")));
    }

    private static String matrix(Path folder) {
        Path file = folder.resolve("matrix.npy");
        NpyFile.write(file, NpyArray.of(NpyType.FLOAT32, List.of(2, 2), ByteBuffer.allocate(4 * Float.BYTES)));
        return file.toString();
    }

    /** ONNX Runtime unpacks its libraries to a folder of this name, and removes them when the process ends. */
    private static void keepLibraries(Path from, Path to) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(from, "onnxruntime-java*")) {
            for (Path folder : folders) {
                try (DirectoryStream<Path> libraries = Files.newDirectoryStream(folder)) {
                    for (Path library : libraries) {
                        Files.copy(library, to.resolve(library.getFileName()));
                    }
                }
            }
        }
    }

    private static PrintStream silent() {
        return new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    }
}
