package dev.eckart.core.file;

import dev.eckart.core.InvalidInputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another process, which writes a file, and waits on the way to be told to go on, or to be killed. */
final class WritingProcess {
    /** What it says when it is half-way. */
    static final String WRITING = "writing";

    private static final String READY = "ready";

    private final Process process;
    private final BufferedReader said;

    private WritingProcess(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                // All that is done is done in a moment.
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                WritingProcess.class.getName()));
        command.addAll(List.of(arguments));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        said = process.inputReader();
    }

    /** Takes what to do, and the file. */
    public static void main(String[] arguments) throws IOException {
        Path target = Path.of(arguments[1]);
        switch (arguments[0]) {
            case "start" -> {
                try (PendingFile pending = PendingFile.beside(target)) {
                    Files.writeString(pending.directory().resolve(target.getFileName() + ".data"), "half");
                    write(pending);
                }
            }
            case "race" -> {
                say(READY);
                System.in.read();
                try (PendingFile pending = PendingFile.onlyOneBeside(target)) {
                    write(pending);
                } catch (InvalidInputException e) {
                    say(String.valueOf(e.getMessage()));
                }
            }
            default -> {
                FileSteps steps = FaultySteps.killedBefore(Integer.parseInt(arguments[0]));
                PendingFile pending = PendingFile.beside(target, steps);
                Files.writeString(pending.path(), "new");
                Path data = Files.writeString(pending.directory().resolve("target.2.data"), "new data");
                pending.commit(List.of(data), List.of(Path.of(arguments[2])));
                FaultySteps.kill();
            }
        }
    }

    private static void write(PendingFile pending) throws IOException {
        Files.writeString(pending.path(), "new");
        say(WRITING);
        if (System.in.read() >= 0) {
            pending.commit();
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    /** One that is half-way through writing a file and one that belongs to it. */
    static WritingProcess start(Path target) throws IOException {
        WritingProcess started = new WritingProcess("start", target.toString());
        started.require(WRITING);
        return started;
    }

    /** One that begins to write a target, which is to be its alone, when it is told to go. */
    static WritingProcess racing(Path target) throws IOException {
        WritingProcess ready = new WritingProcess("race", target.toString());
        ready.require(READY);
        return ready;
    }

    /** Writes a target and {@code target.2.data} over what is there until it is killed before a step of its commit. */
    static void killedBefore(int step, Path target, Path oldData) throws IOException, InterruptedException {
        WritingProcess killed = new WritingProcess(Integer.toString(step), target.toString(), oldData.toString());
        if (killed.await() != 137) {
            throw new IllegalStateException("Expected it to be killed but was: status " + killed.await());
        }
    }

    private void require(String line) throws IOException {
        String first = said();
        if (!first.equals(line)) {
            throw new IllegalStateException("Expected `%s` but was: %s".formatted(line, first));
        }
    }

    /** The next line that it says. */
    String said() throws IOException {
        return String.valueOf(said.readLine());
    }

    /** Has it go on from where it waits. */
    void go() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    /** Waits for its end; its status. */
    int await() throws InterruptedException {
        return process.waitFor();
    }

    /** Kills it, and waits for its end. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Asks it to end, and waits for that. */
    void end() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }
}
