package dev.eckart.cli;

import dev.eckart.cli.CorpusFinding.Verdict;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.json.JsonMapper;

/**
 * Cases of a corpus, worked on in a JVM of their own: native code may bring it down. Whoever does so is found out, and
 * another JVM goes on with the next case.
 *
 * @param worker whose {@code main} takes the file of cases, the file to write findings to, the index of the first case,
 *     and a folder to work in
 * @param folder where all files go
 * @param patience how long a step may take
 */
record CorpusRun(Class<?> worker, Path folder, Duration patience) {

    List<CorpusFinding> findings(List<CorpusCase> cases) throws IOException, InterruptedException {
        Path list = folder.resolve("cases.txt");
        Files.write(list, cases.stream().map(CorpusCase::line).toList());
        List<CorpusFinding> findings = new ArrayList<>();
        int next = 0;
        while (next < cases.size()) {
            Path file = Files.writeString(folder.resolve("findings-from-%d.jsonl".formatted(next)), "");
            String end = work(list, file, next);
            List<CorpusFinding> found = read(file);
            findings.addAll(found);
            if (end.isEmpty()) {
                return findings;
            }
            if (found.isEmpty()) {
                throw new IllegalStateException("The worker %s before it began; see %s".formatted(end, log()));
            }
            CorpusFinding last = found.get(found.size() - 1);
            boolean runtime = last.verdict() == Verdict.STARTED && last.step().equals(CorpusWorker.ORIGINAL);
            findings.add(new CorpusFinding(
                    last.index(),
                    last.step(),
                    runtime ? Verdict.RUNTIME_DIED : Verdict.WRONG,
                    "the JVM %s".formatted(end),
                    Map.of()));
            next = last.index() + 1;
        }
        return findings;
    }

    /** Returns how the worker came to a bad end; nothing if to a good one. */
    private String work(Path list, Path file, int first) throws IOException, InterruptedException {
        Path temporary = Files.createDirectories(folder.resolve("tmp"));
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of(
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                worker.getName(),
                list.toString(),
                file.toString(),
                Integer.toString(first),
                folder.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
        long size = 0;
        long since = System.nanoTime();
        while (!process.waitFor(100, TimeUnit.MILLISECONDS)) {
            if (Files.size(file) > size) {
                size = Files.size(file);
                since = System.nanoTime();
            } else if (System.nanoTime() - since > patience.toNanos()) {
                process.destroyForcibly().waitFor();
                return "was not done after " + patience;
            }
        }
        return process.exitValue() == 0 ? "" : "died with status " + process.exitValue();
    }

    private Path log() {
        return folder.resolve("worker.log");
    }

    private static List<CorpusFinding> read(Path file) throws IOException {
        JsonMapper json = JsonMapper.builder().build();
        return Files.readAllLines(file).stream()
                .map(line -> json.readValue(line, CorpusFinding.class))
                .toList();
    }
}
