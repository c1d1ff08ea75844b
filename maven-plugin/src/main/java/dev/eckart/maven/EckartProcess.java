package dev.eckart.maven;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The {@code eckart} command in a process of its own: native libraries, a crash and the memory that models take are not the build's.
 *
 * @param classPath of the command
 * @param jvmArguments such as {@code -Xmx4g}
 * @param directory that relative paths among the arguments start from
 */
record EckartProcess(List<Path> classPath, List<String> jvmArguments, Path directory) {
    private static final String MAIN = "dev.eckart.cli.Eckart";

    /** From here on, a JVM warns of native code that it was not told of. */
    private static final int TOLD_OF_NATIVE_ACCESS = 22;

    private static final String SENTENCE = "eckart: ";

    EckartProcess {
        classPath = List.copyOf(classPath);
        jvmArguments = List.copyOf(jvmArguments);
    }

    /**
     * What came of a command.
     *
     * @param status its exit code
     * @param sentences what it said of what is wrong, or not as it should be, without its name
     */
    record Ended(int status, List<String> sentences) {
        Ended {
            sentences = List.copyOf(sentences);
        }
    }

    /**
     * Runs the command, and waits for its end.
     *
     * @param said takes each line of its standard output
     * @param told takes each line of its standard error that is no such sentence
     * @throws IOException if no process can be started
     */
    Ended run(List<String> arguments, Consumer<String> said, Consumer<String> told)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmArguments);
        if (Runtime.version().feature() >= TOLD_OF_NATIVE_ACCESS) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.add(MAIN);
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        // A variable: a command line may be too short for it.
        builder.environment()
                .put(
                        "CLASSPATH",
                        classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
        Process process = builder.start();
        process.getOutputStream().close();
        Thread onExit = new Thread(process::destroy, "end eckart");
        Runtime.getRuntime().addShutdownHook(onExit);
        try {
            List<String> sentences = new ArrayList<>();
            CompletableFuture<Void> errors =
                    CompletableFuture.runAsync(() -> read(process.errorReader(StandardCharsets.UTF_8), line -> {
                        if (line.startsWith(SENTENCE)) {
                            sentences.add(line.substring(SENTENCE.length()));
                        } else {
                            told.accept(line);
                        }
                    }));
            read(process.inputReader(StandardCharsets.UTF_8), said);
            errors.join();
            return new Ended(process.waitFor(), sentences);
        } finally {
            process.destroy();
            Runtime.getRuntime().removeShutdownHook(onExit);
        }
    }

    private static void read(BufferedReader reader, Consumer<String> lines) {
        try (reader) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.accept(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
