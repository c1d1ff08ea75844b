package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;

import dev.eckart.cli.SoakStep.BrokenPromise;
import dev.eckart.cli.SoakStep.Ended;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomInputs;
import dev.eckart.models.RandomMatrices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Attack after attack on commands, each in a folder of its own, until the time is over or a promise is broken: a documented
 * status, one sentence and no stack trace, the old result or the new one, whole, nothing left after the next run, and an end.
 *
 * <p>Which attack a step makes, and on what, follows from the seed and the step's number alone, so that one step can be
 * repeated by itself. When a process is killed by the clock, what it is doing then does not.
 */
final class Soak {
    /** In the order in which they take turns. */
    private static final List<SoakAttack> ATTACKS = List.of(SoakAttack.values());

    private static final int SAMPLES = 8;
    private static final int SIDE = 48;

    private final Path folder;
    private final long seed;
    private final Optional<Path> faults;
    private final boolean mounts;
    private final Map<SoakJob, Map<String, byte[]>> references = new EnumMap<>(SoakJob.class);
    private final Map<SoakAttack, Integer> counts = new EnumMap<>(SoakAttack.class);
    private final Map<Integer, Integer> statuses = new TreeMap<>();
    private long usualMilliseconds = 1500;

    private Soak(Path folder, long seed, Optional<Path> faults, boolean mounts) {
        this.folder = folder;
        this.seed = seed;
        this.faults = faults;
        this.mounts = mounts;
    }

    /**
     * Prepares what the steps share.
     *
     * @param folder for all that is written
     */
    static Soak in(Path folder, long seed) throws IOException, InterruptedException {
        Path prepared = Files.createDirectories(folder.resolve("prepared"));
        Files.write(
                prepared.resolve("model.onnx"),
                ModelBuilder.model("soak", 13)
                        .input("x", "batch", SIDE)
                        .weight("first", RandomMatrices.ofRank(8, SIDE, SIDE, 1))
                        .weight("second", RandomMatrices.ofRank(6, SIDE, SIDE, 2))
                        .node("MatMul", List.of("x", "first"), "h")
                        .node("Relu", List.of("h"), "r")
                        .node("MatMul", List.of("r", "second"), "y")
                        .output("y", "batch", SIDE)
                        .build()
                        .toByteArray());
        RandomInputs.write(prepared.resolve("inputs.npz"), SAMPLES, SIDE, 3);
        NpyFile.write(prepared.resolve("matrix.npy"), NpyArray.ofMatrix(RandomMatrices.normal(200, SIDE, 4)));
        for (SoakJob job : SoakJob.values()) {
            Path old = Files.createDirectories(prepared.resolve(job.name()));
            Path result = old.resolve(job.result());
            List<Object> arguments = new ArrayList<>(
                    job == SoakJob.MATRIX
                            ? List.of("svd", prepared.resolve("matrix.npy"), "-o", result, "--rank", "4")
                            : List.of("compress", prepared.resolve("model.onnx"), "-o", result, "--rank", "fixed:7"));
            if (job == SoakJob.EXTERNAL_DATA) {
                arguments.addAll(List.of("--external-data", "always"));
            }
            CommandLineRun run = eckart(arguments.toArray());
            if (run.code() != ExitCode.DONE) {
                throw new IllegalStateException(run.err());
            }
        }
        return new Soak(folder, seed, library(folder), canMount(folder));
    }

    /** The library that has calls fail, if there is a compiler for it. */
    private static Optional<Path> library(Path folder) throws IOException, InterruptedException {
        Path source =
                Path.of("..", "bench", "faults", "faultfs.c").toAbsolutePath().normalize();
        Path library = folder.resolve("libfaultfs.so");
        return Files.exists(source)
                        && succeeds(
                                "gcc", "-shared", "-fPIC", "-O1", "-o", library.toString(), source.toString(), "-ldl")
                ? Optional.of(library)
                : Optional.empty();
    }

    private static boolean canMount(Path folder) throws IOException, InterruptedException {
        Path point = Files.createDirectories(folder.resolve("mounted"));
        return succeeds("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", point.toString())
                && succeeds("umount", point.toString());
    }

    /** Runs a program of the system that has to succeed. */
    static void run(String... command) throws IOException, InterruptedException {
        if (!succeeds(command)) {
            throw new IllegalStateException("`%s` failed".formatted(String.join(" ", command)));
        }
    }

    private static boolean succeeds(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            // There is no such program here.
            return false;
        }
    }

    Optional<Path> faults() {
        return faults;
    }

    boolean mounts() {
        return mounts;
    }

    /** What a command took that nothing happened to, at last. */
    long usualMilliseconds() {
        return usualMilliseconds;
    }

    /** Makes steps from one on, until the time is over or promises were broken in some; says in which. */
    List<String> breaches(int from, int most, Duration time) throws Exception {
        long end = System.nanoTime() + time.toNanos();
        List<String> breaches = new ArrayList<>();
        for (int step = from; breaches.size() < most && System.nanoTime() < end; step++) {
            breach(step).ifPresent(breaches::add);
        }
        return breaches;
    }

    private Optional<String> breach(int number) throws Exception {
        Random random = new Random(seed * 1_000_003 + number);
        SoakAttack attack = ATTACKS.get(number % ATTACKS.size());
        if (!attack.isPossible(this)) {
            return Optional.empty();
        }
        SoakStep step = new SoakStep(folder.resolve("step-%d".formatted(number)), random);
        Files.createDirectories(step.work());
        Files.createDirectories(step.temporary());
        try {
            attack.on(this, step);
        } catch (BrokenPromise e) {
            return Optional.of("seed %d, step %d, %s, in `%s`:%n  promised %s"
                    .formatted(seed, number, attack, step.folder(), e.getMessage()));
        }
        counts.merge(attack, 1, Integer::sum);
        remove(step.folder());
        return Optional.empty();
    }

    /** Puts the files of a job in a step's folder; what it writes is there already, from an earlier run, half of the time. */
    void prepare(SoakStep step, SoakJob job) throws IOException {
        Path prepared = folder.resolve("prepared");
        for (String name : List.of("model.onnx", "inputs.npz", "matrix.npy")) {
            Files.copy(prepared.resolve(name), step.work().resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
        boolean old = step.random().nextBoolean();
        for (String name : step.outputs(job).keySet()) {
            Files.delete(step.work().resolve(name));
        }
        if (old) {
            for (String name : SoakStep.names(prepared.resolve(job.name()))) {
                Files.copy(
                        prepared.resolve(job.name()).resolve(name), step.work().resolve(name));
            }
        }
    }

    /** The names that a job leaves in its folder. */
    Set<String> expected(SoakJob job) {
        Set<String> names = new TreeSet<>(Set.of("model.onnx", "inputs.npz", "matrix.npy"));
        names.add(job.result());
        if (job.caches()) {
            names.add("cache");
        }
        return names;
    }

    /** Runs a job with a fault, and once more without. */
    void faulted(
            SoakStep step,
            SoakJob job,
            List<String> shell,
            Map<String, String> environment,
            Consumer<Process> attack,
            Set<Integer> allowed)
            throws Exception {
        prepare(step, job);
        Map<String, byte[]> old = step.outputs(job);
        Ended ended = step.run(shell, environment, job.arguments(), attack);
        judge(step, job, ended, step.outputs(job), old, allowed);
    }

    /** Holds a job that had a fault to its promises, with a run of the same without a fault. */
    void judge(
            SoakStep step,
            SoakJob job,
            Ended ended,
            Map<String, byte[]> now,
            Map<String, byte[]> old,
            Set<Integer> allowed)
            throws Exception {
        step.requireSaid(ended, allowed);
        statuses.merge(ended.code(), 1, Integer::sum);
        step.passTime();
        long start = System.nanoTime();
        Ended again = step.run(job.arguments());
        usualMilliseconds = Math.max(1, (System.nanoTime() - start) / 1_000_000);
        step.requireSaid(again, Set.of(ExitCode.DONE));
        Map<String, byte[]> found = step.outputs(job);
        Map<String, byte[]> reference = references.computeIfAbsent(job, absent -> found);
        if (found.size() != job.outputs() || !SoakStep.same(found, reference)) {
            throw again.breaks("the next run gives the same result as any other");
        }
        step.requireNothingLeft(again, expected(job));
        step.requireOldOrNew(ended, now, old, reference, SoakStep.KILLED.contains(ended.code()));
    }

    /** Which promises were broken, how many attacks of each kind were withstood, and how the attacked commands ended. */
    String summary(List<String> breaches) {
        StringBuilder text = new StringBuilder();
        breaches.forEach(breach -> text.append("BROKEN: ").append(breach).append(System.lineSeparator()));
        text.append(
                "seed %d: %d attacks withstood, %d promises broken%n".formatted(seed, withstood(), breaches.size()));
        for (SoakAttack attack : SoakAttack.values()) {
            text.append("  %-13s %s%n"
                    .formatted(
                            attack,
                            attack.isPossible(this)
                                    ? String.valueOf(counts.getOrDefault(attack, 0))
                                    : "not possible on this machine"));
        }
        return text.append("  statuses      %s%n".formatted(statuses)).toString();
    }

    /** Attacks that were withstood. */
    int withstood() {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    private static void remove(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
    }
}
