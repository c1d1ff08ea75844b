package dev.eckart.cli.isolate;

import dev.eckart.core.file.PendingFile;
import dev.eckart.core.file.Unwritable;
import dev.eckart.onnx.run.ModelWork;
import dev.eckart.onnx.run.TimeLimit;
import dev.eckart.onnx.run.TimeLimitException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.RuntimeMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs a command in a process of its own, a JVM with the classes and options of this one, whose streams are this one's. Where
 * it dies, as native code may have it, that is a sentence, and nothing of it is left. It ends with this process.
 */
public final class Supervisor {
    /** What a command is ended with that did not end by itself. */
    private static final int BAD_INPUT = 2;

    /** A process that a signal ended has the signal's number above this. */
    private static final int SIGNALLED = 128;

    private static final int KILL = 9;

    /** What ends a process that a user wants to end: hang-up, interrupt and termination. */
    private static final Set<Integer> WANTED = Set.of(1, 2, 15);

    /** Properties of the process: its supervisor's folder and number. */
    static final String FOLDER = "eckart.supervised.folder";

    static final String PROCESS = "eckart.supervised.by";

    private static final Duration INTERVAL = Duration.ofMillis(100);

    /** For a process that was asked to end. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    /** Beyond a time limit, until which the process would have noted that it is exceeded. */
    private static final Duration MARGIN = Duration.ofSeconds(15);

    /** From here on, a JVM warns of native code that it was not told of. */
    private static final int TOLD_OF_NATIVE_ACCESS = 22;

    private static final Path SHELL = Path.of("/bin/sh");

    private final Class<?> main;
    private final TimeLimit limit;
    private final Consumer<String> errors;

    /**
     * A supervisor.
     *
     * @param main the class of the command
     * @param limit of any load or run of a model, to which the process holds itself
     * @param errors told of the process's death, in a sentence
     */
    public Supervisor(Class<?> main, TimeLimit limit, Consumer<String> errors) {
        this.main = main;
        this.limit = limit;
        this.errors = errors;
    }

    /**
     * Runs the command, and returns its exit code.
     *
     * @throws dev.eckart.core.InvalidInputException if the temporary folder cannot be written
     */
    public int run(List<String> arguments) {
        Path place = Path.of(System.getProperty("java.io.tmpdir"), "eckart-run");
        PendingFile folder = PendingFile.beside(place);
        int status = BAD_INPUT;
        try {
            status = run(arguments, folder.directory());
            return status;
        } catch (IOException e) {
            throw Unwritable.because(place, e);
        } finally {
            close(folder, status);
        }
    }

    private void close(PendingFile folder, int status) {
        try {
            folder.close();
        } catch (IOException e) {
            // The next run removes it. A command that failed has said why, which is likely to be the same.
            if (status == 0) {
                errors.accept("the temporary folder `%s` cannot be removed: %s"
                        .formatted(folder.directory(), Unwritable.reason(e)));
            }
        }
    }

    private int run(List<String> arguments, Path folder) throws IOException {
        Process process = start(arguments, folder, Files.createDirectory(folder.resolve("tmp")));
        Following following = new Following(process, folder);
        Thread onExit = new Thread(following::end, "end supervised process");
        Runtime.getRuntime().addShutdownHook(onExit);
        int status = following.status();
        try {
            Runtime.getRuntime().removeShutdownHook(onExit);
        } catch (IllegalStateException e) {
            // This process is ending, too, and says nothing more.
            return status;
        }
        return following.judged(status);
    }

    private Process start(List<String> arguments, Path folder, Path temporary) throws IOException {
        RuntimeMXBean own = ManagementFactory.getRuntimeMXBean();
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(SHELL)) {
            // A crash leaves no core file in the user's folder.
            command.addAll(List.of(SHELL.toString(), "-c", "ulimit -c 0 2>/dev/null; exec \"$@\"", "sh"));
        }
        command.add(ProcessHandle.current().info().command().orElse("java"));
        // A debugger that listens cannot do so twice.
        own.getInputArguments().stream()
                .filter(each -> !each.startsWith("-agentlib:jdwp"))
                .forEach(command::add);
        command.addAll(List.of(
                // Nor a report of the JVM's, which would also be printed where results go.
                "-XX:+SuppressFatalErrorMessage",
                "-XX:-CreateCoredumpOnCrash",
                "-Djava.io.tmpdir=" + temporary,
                "-D%s=%s".formatted(FOLDER, folder),
                "-D%s=%d".formatted(PROCESS, ProcessHandle.current().pid())));
        if (Runtime.version().feature() >= TOLD_OF_NATIVE_ACCESS) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.add(main.getName());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        // A variable: ONNX Runtime takes long command lines badly.
        builder.environment().put("CLASSPATH", own.getClassPath());
        // Their options are among this JVM's.
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        return builder.start();
    }

    /** What is known of a process while it lasts, and after. */
    private final class Following {
        private final Process process;
        private final Path folder;
        private Optional<Note> note = Optional.empty();
        private Duration unchanged = Duration.ZERO;

        Following(Process process, Path folder) {
            this.process = process;
            this.folder = folder;
        }

        /** Waits for the end of the process, and ends it where it is stuck. */
        int status() throws IOException {
            try {
                while (!process.waitFor(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                    look();
                    if (isStuck()) {
                        process.destroyForcibly().waitFor();
                        return BAD_INPUT;
                    }
                }
                look();
                return process.exitValue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                end();
                return BAD_INPUT;
            }
        }

        private synchronized void look() throws IOException {
            Optional<Note> now = NoteFile.read(folder);
            unchanged = now.isEmpty() || now.equals(note) ? unchanged.plus(INTERVAL) : Duration.ZERO;
            note = now.or(() -> note);
        }

        /** Whether the process says so, or cannot even say so any more. */
        private boolean isStuck() {
            return note.filter(last -> last.stuck() || isOverdue(last)).isPresent();
        }

        private boolean isOverdue(Note last) {
            return !last.running().isEmpty()
                    && limit.duration()
                            .filter(most -> last.elapsed().plus(unchanged).compareTo(most.plus(MARGIN)) > 0)
                            .isPresent();
        }

        /** The exit code of the command, once what the process left is gone and its death was told. */
        int judged(int status) throws IOException {
            boolean stuck = isStuck();
            boolean died = status < 0 || status > SIGNALLED;
            // A command that ends with bad input has said what; a JVM that does not start has another status.
            if (note.isEmpty() && status != 0 && status != BAD_INPUT && !died) {
                errors.accept(
                        "the process that runs the models did not start, see above; --no-isolate does without it");
                return BAD_INPUT;
            }
            if (!died && !stuck) {
                return status;
            }
            removeLeft();
            if (stuck) {
                errors.accept(TimeLimitException.sentence(
                        new ModelWork(note.orElseThrow().running().get(0)),
                        limit.duration().orElseThrow()));
                return BAD_INPUT;
            }
            if (WANTED.contains(status - SIGNALLED)) {
                return status;
            }
            errors.accept(death(status - SIGNALLED));
            return BAD_INPUT;
        }

        private String death(int signal) {
            Optional<String> running =
                    note.flatMap(last -> last.running().stream().findFirst());
            String doing = running.orElse("no model was being loaded or run");
            if (signal == KILL) {
                return "%s: the process was killed, perhaps for want of memory; use a machine with more memory, fewer samples or --threads 1"
                        .formatted(doing);
            }
            return running.isPresent()
                    ? "%s: ONNX Runtime crashed (%s); give inputs that fit the model with --inputs, or report the crash to ONNX Runtime"
                            .formatted(doing, named(signal))
                    : "%s: the process crashed (%s); run again, and report it if it crashes again"
                            .formatted(doing, named(signal));
        }

        private synchronized void removeLeft() throws IOException {
            for (Path directory : note.map(Note::pending).orElse(List.of())) {
                if (!directory.startsWith(folder)) {
                    PendingFile.removeLeft(directory);
                }
            }
        }

        /** Ends the process, as this one ends. */
        private void end() {
            try {
                process.destroy();
                if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly().waitFor();
                }
                removeLeft();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (IOException e) {
                errors.accept("what the process left cannot be removed: " + Unwritable.reason(e));
            }
        }
    }

    private static String named(int signal) {
        return switch (signal) {
            case 4 -> "SIGILL";
            case 6 -> "SIGABRT";
            case 7 -> "SIGBUS";
            case 8 -> "SIGFPE";
            case 11 -> "SIGSEGV";
            default -> "status " + (SIGNALLED + signal);
        };
    }
}
