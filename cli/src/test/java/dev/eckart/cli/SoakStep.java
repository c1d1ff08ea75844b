package dev.eckart.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One attack of a soak, in a folder of its own: what it does to commands, and the promises that these are held to.
 *
 * @param folder with the working directory, the folder for temporary files, and what the last command printed
 */
record SoakStep(Path folder, RandomGenerator random) {
    /** Far more than any command takes on the models of a soak. */
    private static final Duration BOUND = Duration.ofMinutes(2);

    private static final Duration PAST = Duration.ofHours(1);

    /** Of {@code SIGKILL}, and of {@code SIGTERM}. */
    static final Set<Integer> KILLED = Set.of(128 + 9, 128 + 15);

    static final Set<Integer> DOCUMENTED = Set.of(
            ExitCode.DONE, ExitCode.BAD_INPUT, ExitCode.LIMIT_NOT_KEPT, ExitCode.UNREACHABLE, ExitCode.NOTHING_TO_GAIN);

    private static final Pattern TRACE = Pattern.compile(
            "(?m)^\\s+at [\\w.$/]+\\(|Exception in thread|^Caused by:|A fatal error|java\\.[.a-z]+[A-Z]\\w*(Exception|Error)");

    /** What the C++ runtime prints where native code crashes, before the sentence that tells of it. */
    private static final String LAST_WORDS = "terminate called without an active exception";

    /** A promise that was not kept. */
    static final class BrokenPromise extends Exception {
        private static final long serialVersionUID = 1;

        BrokenPromise(String message) {
            super(message);
        }
    }

    /** A command that has ended, or was ended since it never would. */
    record Ended(String command, int code, String out, String err) {
        BrokenPromise breaks(String promise) {
            return new BrokenPromise(
                    "%s%n  command  %s%n  status   %d%n  stderr   %s".formatted(promise, command, code, err.strip()));
        }
    }

    /** What of the step's folder a file system's faults are to be met with: not where the command's streams go. */
    Path place() {
        return folder.resolve("place");
    }

    Path work() {
        return place().resolve("work");
    }

    Path temporary() {
        return place().resolve("temporary");
    }

    /** Runs a command to its end, without a fault. */
    Ended run(List<String> arguments) throws IOException, InterruptedException, BrokenPromise {
        return run(List.of(), Map.of(), arguments, process -> {});
    }

    /**
     * Runs a command to its end.
     *
     * @param shell a command to start it with
     * @param environment further variables
     * @param attack on the process, once it runs
     */
    Ended run(List<String> shell, Map<String, String> environment, List<String> arguments, Consumer<Process> attack)
            throws IOException, InterruptedException, BrokenPromise {
        List<String> command = new ArrayList<>(shell);
        command.addAll(java());
        command.addAll(arguments);
        Path out = folder.resolve("stdout");
        Path err = folder.resolve("stderr");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(work().toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        attack.accept(process);
        boolean ends = process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS);
        if (!ends) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        Ended ended = new Ended(
                "%s %s%s"
                        .formatted(
                                environment,
                                shell.isEmpty() ? "" : String.join(" ", shell) + " … ",
                                String.join(" ", arguments)),
                process.exitValue(),
                Files.readString(out),
                new String(Files.readAllBytes(err), StandardCharsets.UTF_8));
        if (!ends) {
            throw ended.breaks("a command ends: it ran for %d s".formatted(BOUND.toSeconds()));
        }
        return ended;
    }

    private List<String> java() {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-Xmx256m",
                "-Djava.io.tmpdir=" + temporary()));
        if (Runtime.version().feature() >= 24) {
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Eckart.class.getName()));
        return command;
    }

    /** The files that a job writes, as they are now; those that are missing are missing. */
    Map<String, byte[]> outputs(SoakJob job) throws IOException {
        Map<String, byte[]> found = new TreeMap<>();
        for (String name : names(work())) {
            if (job.isOutput(name)) {
                found.put(name, Files.readAllBytes(work().resolve(name)));
            }
        }
        return found;
    }

    /** Holds a command to its statuses, and to what it may say beside its result. */
    void requireSaid(Ended ended, Set<Integer> statuses) throws BrokenPromise {
        if (!statuses.contains(ended.code())) {
            throw ended.breaks("a command ends with a status of %s".formatted(new TreeSet<>(statuses)));
        }
        if (TRACE.matcher(ended.err()).find() || TRACE.matcher(ended.out()).find()) {
            throw ended.breaks("nobody sees a stack trace");
        }
        if (KILLED.contains(ended.code())) {
            return;
        }
        List<String> lines = ended.err()
                .lines()
                .filter(line -> !line.isBlank() && !line.equals(LAST_WORDS))
                .toList();
        if (lines.stream().anyMatch(line -> !line.startsWith("eckart: "))) {
            throw ended.breaks("what goes wrong is said in sentences");
        }
        List<String> failures =
                lines.stream().filter(line -> !line.contains("cache file ")).toList();
        if (ended.code() == ExitCode.BAD_INPUT && failures.size() != 1) {
            throw ended.breaks("bad input is said in one sentence");
        }
    }

    /**
     * Holds the files of a job to being the old or the new ones, whole.
     *
     * @param now the files after an attack
     * @param killed whether there may be a data file of the other result, too, which the next run removes, as there may be
     *     where the command says so
     */
    void requireOldOrNew(
            Ended ended,
            Map<String, byte[]> now,
            Map<String, byte[]> old,
            Map<String, byte[]> reference,
            boolean killed)
            throws BrokenPromise {
        boolean leaves = killed || (ended.out() + ended.err()).contains("is still there");
        boolean whole = leaves
                ? same(among(now, old), old) || same(among(now, reference), reference)
                : same(now, old) || same(now, reference);
        if (!whole) {
            throw ended.breaks("the result is the old or the new one, whole: found %s, old %s, new %s"
                    .formatted(sizes(now), sizes(old), sizes(reference)));
        }
        if (!KILLED.contains(ended.code()) && ended.code() != ExitCode.DONE && !same(now, old)) {
            throw ended.breaks(
                    "a run that fails leaves the old result: found %s, old %s".formatted(sizes(now), sizes(old)));
        }
        if (ended.code() == ExitCode.DONE && !same(leaves ? among(now, reference) : now, reference)) {
            throw ended.breaks("a run that is done leaves the new result: found %s, new %s"
                    .formatted(sizes(now), sizes(reference)));
        }
    }

    private static Map<String, byte[]> among(Map<String, byte[]> files, Map<String, byte[]> others) {
        Map<String, byte[]> both = new TreeMap<>(files);
        both.keySet().removeIf(name -> SoakJob.isData(name, "out.onnx") && !others.containsKey(name));
        return both;
    }

    /** Has what a killed run left in the temporary folder be old enough that no other process can still be starting with it. */
    void passTime() throws IOException {
        for (String name : names(temporary())) {
            Files.setLastModifiedTime(
                    temporary().resolve(name), FileTime.from(Instant.now().minus(PAST)));
        }
    }

    /** Holds the folders to what belongs there. */
    void requireNothingLeft(Ended ended, Set<String> expected) throws IOException, BrokenPromise {
        Set<String> found = names(work());
        found.removeIf(
                name -> expected.contains(name) || (expected.contains("out.onnx") && SoakJob.isData(name, "out.onnx")));
        if (!found.isEmpty()) {
            throw ended.breaks("nothing is left in the folder: found " + found);
        }
        if (!names(temporary()).isEmpty()) {
            throw ended.breaks("nothing is left in the temporary folder: found " + names(temporary()));
        }
        if (Files.exists(work().resolve("cache"))) {
            for (String name : names(work().resolve("cache"))) {
                if (name.startsWith(".")) {
                    throw ended.breaks("nothing is left in the cache: found " + name);
                }
            }
        }
    }

    static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    static boolean same(Map<String, byte[]> one, Map<String, byte[]> other) {
        return one.keySet().equals(other.keySet())
                && one.keySet().stream().allMatch(name -> Arrays.equals(one.get(name), other.get(name)));
    }

    private static Map<String, Integer> sizes(Map<String, byte[]> files) {
        Map<String, Integer> sizes = new TreeMap<>();
        files.forEach((name, bytes) -> sizes.put(name, bytes.length));
        return sizes;
    }
}
