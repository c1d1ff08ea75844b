package dev.eckart.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a command printed, and its exit code. */
record CommandLineRun(int code, String out, String err) {

    /** Runs a command in this process, with streams that are no terminal. */
    static CommandLineRun eckart(Object... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        int code = Eckart.run(console, Arrays.stream(args).map(Object::toString).toArray(String[]::new));
        return new CommandLineRun(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** The JSON that was printed; a command that printed none fails the test with what it said instead. */
    JsonNode json() {
        if (out.isBlank()) {
            throw new AssertionError("no JSON, but status %d: %s".formatted(code, err));
        }
        return JsonMapper.builder().build().readTree(out);
    }
}
