package dev.eckart.models.fuzz;

import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.run.Session;
import dev.eckart.onnx.run.Session.Optimization;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * ONNX Runtime in a process of its own, which is started again where a model ends it.
 *
 * <p>It is native code: some hostile models end it by a signal, and the JVM that it runs in with it. One of them is a
 * {@code Loop} whose body has an initializer for one of its inputs.
 */
final class IsolatedRuntime implements AutoCloseable {
    private static final String LOADED = "loaded";

    private Process process;

    IsolatedRuntime() throws IOException {
        process = start();
    }

    private static Process start() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        IsolatedRuntime.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Whether ONNX Runtime loads the model in a file, leaving its graph as it is. */
    boolean loads(Path file) throws IOException {
        process.outputWriter().write(file + System.lineSeparator());
        process.outputWriter().flush();
        String answer = process.inputReader().readLine();
        if (answer == null) {
            process = start();
        }
        return LOADED.equals(answer);
    }

    @Override
    public void close() {
        process.destroy();
    }

    /** The process: reads the names of files, and answers each with whether it was loaded. */
    public static void main(String[] args) {
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                .lines()
                .forEach(file -> System.out.println(loadsHere(Path.of(file)) ? LOADED : "refused"));
    }

    private static boolean loadsHere(Path file) {
        try {
            Session.open(file, Optimization.NONE, 1).close();
            return true;
        } catch (InvalidInputException e) {
            return false;
        }
    }
}
