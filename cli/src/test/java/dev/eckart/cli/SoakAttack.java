package dev.eckart.cli;

import dev.eckart.cli.SoakStep.Ended;
import dev.eckart.core.InvalidInputException;
import dev.eckart.models.Catalogue;
import dev.eckart.models.CatalogueModel;
import dev.eckart.onnx.OnnxNetwork;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** What a soak does to commands. Each draws what it needs from the step's random numbers, and from nothing else. */
enum SoakAttack {
    /** The process ends at some time, without or with a chance to clean up. */
    KILL {
        @Override
        void on(Soak soak, SoakStep step) throws Exception {
            SoakJob job = job(step);
            boolean asked = step.random().nextBoolean();
            boolean child = job == SoakJob.ISOLATED && step.random().nextBoolean();
            long delay = step.random().nextLong(soak.usualMilliseconds());
            soak.faulted(step, job, List.of(), Map.of(), process -> end(process, delay, asked, child), ANY_END);
        }

        private void end(Process process, long delay, boolean asked, boolean child) {
            try {
                if (process.waitFor(delay, TimeUnit.MILLISECONDS)) {
                    return;
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (child) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
            } else if (asked) {
                process.destroy();
            } else {
                process.destroyForcibly();
            }
        }
    },

    /** The process is killed just before one of its calls that change files: at any step of a commit. */
    KILL_AT_CALL {
        @Override
        boolean isPossible(Soak soak) {
            return soak.faults().isPresent();
        }

        @Override
        void on(Soak soak, SoakStep step) throws Exception {
            soak.faulted(step, job(step), List.of(), calls(soak, step, "write", "kill", false), process -> {}, ANY_END);
        }
    },

    /** One call fails, or all from then on do, or less is written or read than was asked for. */
    FAILING_CALL {
        @Override
        boolean isPossible(Soak soak) {
            return soak.faults().isPresent();
        }

        @Override
        void on(Soak soak, SoakStep step) throws Exception {
            String calls = step.random().nextInt(4) == 0 ? "read" : "write";
            String fault = FAULTS.get(step.random().nextInt(FAULTS.size()));
            boolean lasts = step.random().nextBoolean();
            soak.faulted(
                    step, job(step), List.of(), calls(soak, step, calls, fault, lasts), process -> {}, FAILED_OR_DONE);
        }
    },

    /** No file may be larger than a limit. */
    FILE_SIZE {
        @Override
        void on(Soak soak, SoakStep step) throws Exception {
            int blocks = 1 << step.random().nextInt(17);
            soak.faulted(
                    step,
                    job(step),
                    List.of("sh", "-c", "ulimit -f %d; exec \"$@\"".formatted(blocks), "sh"),
                    Map.of(),
                    process -> {},
                    FAILED_OR_DONE);
        }
    },

    /** The device of the result, or that of temporary files, is full, or read-only. */
    DEVICE {
        @Override
        boolean isPossible(Soak soak) {
            return soak.mounts();
        }

        @Override
        void on(Soak soak, SoakStep step) throws Exception {
            SoakJob job = job(step);
            Path device = step.random().nextBoolean() ? step.work() : step.temporary();
            boolean readOnly = step.random().nextInt(4) == 0;
            int left = 1 << step.random().nextInt(26);
            Soak.run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", device.toString());
            try {
                soak.prepare(step, job);
                Path filler = device.resolve("filler");
                if (readOnly) {
                    Soak.run("mount", "-o", "remount,ro", device.toString());
                } else {
                    fill(device, filler, left);
                }
                Map<String, byte[]> old = step.outputs(job);
                Ended ended = step.run(job.arguments());
                Map<String, byte[]> now = step.outputs(job);
                if (readOnly) {
                    Soak.run("mount", "-o", "remount,rw", device.toString());
                } else {
                    Files.delete(filler);
                }
                soak.judge(step, job, ended, now, old, FAILED_OR_DONE);
            } finally {
                Soak.run("umount", "-l", device.toString());
            }
        }

        private void fill(Path device, Path filler, int left) throws IOException {
            long free = device.toFile().getUsableSpace();
            try (RandomAccessFile file = new RandomAccessFile(filler.toFile(), "rw")) {
                byte[] chunk = new byte[1 << 16];
                for (long size = free - left; size > 0; size -= chunk.length) {
                    file.write(chunk, 0, (int) Math.min(chunk.length, size));
                }
            }
        }
    },

    /** A model on which ONNX Runtime never comes to an end, or crashes. */
    HOSTILE {
        @Override
        void on(Soak soak, SoakStep step) throws Exception {
            String name = HOSTILE_MODELS.get(step.random().nextInt(HOSTILE_MODELS.size()));
            switch (name) {
                case "endless.onnx" -> HostileModels.endless(step.work());
                case "exploding.onnx" -> HostileModels.exploding(step.work());
                default -> HostileModels.crashing(step.work());
            }
            List<String> arguments =
                    List.of("compress", name, "-o", "out.onnx", "--rank", "fixed:1", "--isolate", "--time-limit", "1s");
            Ended ended = step.run(arguments);
            step.requireSaid(ended, Set.of(ExitCode.BAD_INPUT));
            step.requireNothingLeft(ended, Set.of(name));
        }
    },

    /** A model of the catalogue whose structure was changed, in one place or in several. */
    MUTATION {
        @Override
        void on(Soak soak, SoakStep step) throws Exception {
            List<CatalogueModel> models = Catalogue.all();
            byte[] model =
                    models.get(step.random().nextInt(models.size())).model().toByteArray();
            WireMutation mutation = new WireMutation(step.random());
            for (int left = 1 + step.random().nextInt(3); left > 0; left--) {
                model = mutation.of(model);
            }
            Files.write(step.work().resolve("mutated.onnx"), model);
            boolean external = step.random().nextInt(4) == 0;
            List<String> arguments = new ArrayList<>(List.of(
                    "compress",
                    "mutated.onnx",
                    "-o",
                    "out.onnx",
                    "--rank",
                    "fixed:1",
                    "--isolate",
                    "--time-limit",
                    "10s"));
            if (external) {
                arguments.addAll(List.of("--external-data", "always"));
            }
            Ended ended = step.run(arguments);
            step.requireSaid(ended, SoakStep.DOCUMENTED);
            Path out = step.work().resolve("out.onnx");
            if (Files.exists(out) != (ended.code() == ExitCode.DONE)) {
                throw ended.breaks("there is a result where a run is done, and nowhere else");
            }
            if (Files.exists(out)) {
                try {
                    OnnxNetwork.read(out);
                } catch (InvalidInputException e) {
                    throw ended.breaks("a result can be read: " + e.getMessage());
                }
            }
            step.requireNothingLeft(
                    ended, ended.code() == ExitCode.DONE ? Set.of("mutated.onnx", "out.onnx") : Set.of("mutated.onnx"));
        }
    },

    /** Entries of the cache are exchanged, damaged, or no files at all. */
    CACHE {
        @Override
        void on(Soak soak, SoakStep step) throws Exception {
            SoakJob job = step.random().nextBoolean() ? SoakJob.CACHED : SoakJob.SEARCH;
            soak.prepare(step, job);
            Ended first = step.run(job.arguments());
            step.requireSaid(first, Set.of(ExitCode.DONE));
            Map<String, byte[]> reference = step.outputs(job);
            List<Path> entries = entries(step.work().resolve("cache"));
            if (entries.isEmpty()) {
                throw first.breaks("a cache has entries");
            }
            for (int left = 1 + step.random().nextInt(3); left > 0; left--) {
                damage(entries, step.random());
            }
            soak.prepare(step, job);
            Ended ended = step.run(job.arguments());
            step.requireSaid(ended, Set.of(ExitCode.DONE));
            if (!SoakStep.same(step.outputs(job), reference)) {
                throw ended.breaks("what a cache holds changes no result");
            }
            step.requireNothingLeft(ended, soak.expected(job));
        }

        private List<Path> entries(Path cache) throws IOException {
            try (Stream<Path> files = Files.list(cache)) {
                return files.sorted().toList();
            }
        }

        private void damage(List<Path> entries, RandomGenerator random) throws IOException, InterruptedException {
            Path entry = entries.get(random.nextInt(entries.size()));
            Path other = entries.get(random.nextInt(entries.size()));
            int kind = random.nextInt(8);
            int at = random.nextInt(1 << 12);
            if (!Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)
                    || !Files.isRegularFile(other, LinkOption.NOFOLLOW_LINKS)) {
                return;
            }
            byte[] bytes = Files.readAllBytes(entry);
            switch (kind) {
                case 0 -> Files.copy(other, entry, StandardCopyOption.REPLACE_EXISTING);
                case 1 -> {
                    bytes[at % bytes.length] ^= 1;
                    Files.write(entry, bytes);
                }
                case 2 -> {
                    try (RandomAccessFile file = new RandomAccessFile(entry.toFile(), "rw")) {
                        file.setLength(at % bytes.length);
                    }
                }
                case 3 -> {
                    try (RandomAccessFile file = new RandomAccessFile(entry.toFile(), "rw")) {
                        file.setLength(1L << 40);
                    }
                }
                case 4 -> {
                    Files.delete(entry);
                    Files.createSymbolicLink(entry, Path.of("/dev/zero"));
                }
                case 5 -> {
                    Files.delete(entry);
                    Soak.run("mkfifo", entry.toString());
                }
                case 6 -> {
                    Path moved = Files.move(entry, entry.resolveSibling("moved"), StandardCopyOption.REPLACE_EXISTING);
                    Files.createSymbolicLink(entry, moved);
                }
                default -> Files.write(entry, "{\"schema\":\"eckart.trials/4\"}".getBytes(StandardCharsets.UTF_8));
            }
        }
    };

    private static final Set<Integer> FAILED_OR_DONE = Set.of(ExitCode.DONE, ExitCode.BAD_INPUT);

    /** A child that is killed is told of as bad input. */
    private static final Set<Integer> ANY_END = with(SoakStep.KILLED, FAILED_OR_DONE);

    private static final List<String> FAULTS = List.of("eio", "enospc", "edquot", "short");

    private static final List<String> HOSTILE_MODELS = List.of("endless.onnx", "exploding.onnx", "crashing.onnx");

    /** About as many calls as a command makes that change files. */
    private static final int CALLS = 60;

    /** Carries the attack out, and checks what every command that it ran promises. */
    abstract void on(Soak soak, SoakStep step) throws Exception;

    /** Whether this machine lets us. */
    boolean isPossible(Soak soak) {
        return true;
    }

    private static SoakJob job(SoakStep step) {
        List<SoakJob> jobs = List.of(SoakJob.values());
        return jobs.get(step.random().nextInt(jobs.size()));
    }

    private static Map<String, String> calls(Soak soak, SoakStep step, String calls, String fault, boolean lasts)
            throws IOException {
        return Map.of(
                "LD_PRELOAD",
                soak.faults().orElseThrow().toString(),
                "FAULTFS_BELOW",
                step.place().toRealPath().toString(),
                "FAULTFS_CALLS",
                calls,
                "FAULTFS_AT",
                String.valueOf(1 + step.random().nextInt(CALLS)),
                "FAULTFS_FAULT",
                fault,
                "FAULTFS_LASTS",
                lasts ? "yes" : "no");
    }

    private static Set<Integer> with(Set<Integer> one, Set<Integer> other) {
        Set<Integer> all = new TreeSet<>(one);
        all.addAll(other);
        return Set.copyOf(all);
    }
}
