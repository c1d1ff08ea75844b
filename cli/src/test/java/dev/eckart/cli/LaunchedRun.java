package dev.eckart.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the packaged application printed, in a process of its own, and its exit status. */
record LaunchedRun(int code, String out, String err) {
    /** The launcher at the project's root. */
    static final Path LAUNCHER = Path.of("..", "eckart").toAbsolutePath().normalize();

    /** Runs a command in a folder. */
    static LaunchedRun of(Path folder, Object... command) throws IOException, InterruptedException {
        return of(folder, Map.of(), command);
    }

    /** As {@link #of(Path, Object...)}, with further variables in its environment. */
    static LaunchedRun of(Path folder, Map<String, String> environment, Object... command)
            throws IOException, InterruptedException {
        Path out = folder.resolve("stdout");
        Path err = folder.resolve("stderr");
        ProcessBuilder builder = new ProcessBuilder(
                        Arrays.stream(command).map(Object::toString).toList())
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        int code = process.waitFor();
        return new LaunchedRun(code, Files.readString(out), Files.readString(err));
    }

    /** The JSON that was printed; a command that printed none fails the test with what it said instead. */
    JsonNode json() {
        if (out.isBlank()) {
            throw new AssertionError("no JSON, but status %d: %s".formatted(code, err));
        }
        return JsonMapper.builder().build().readTree(out);
    }
}
