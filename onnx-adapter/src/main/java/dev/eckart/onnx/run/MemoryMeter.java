package dev.eckart.onnx.run;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.verify.Memory;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.RuntimeMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measures how much memory a session takes, in processes of its own: one in which other models were loaded keeps pages of
 * theirs. Each is a JVM with the classes of this one, that loads the model and runs it once. Two such differ by some
 * thousandths.
 */
public final class MemoryMeter {
    /** Why there is nothing to measure with, where that is so. */
    public static final String UNAVAILABLE =
            "the memory of a process is read from `" + MemoryProcess.STATUS + "`, which this system does not have";

    /** From here on, a JVM warns of native code that it was not told of. */
    private static final int TOLD_OF_NATIVE_ACCESS = 22;

    private MemoryMeter() {}

    /** Whether the system tells how much memory a process takes. */
    public static boolean isAvailable() {
        return Files.isReadable(MemoryProcess.STATUS);
    }

    /**
     * What a session with a model takes for a run.
     *
     * @throws InvalidInputException if the process fails
     * @throws TimeLimitException if it exceeds the time limit of this process's runs
     */
    public static Memory.Taken measure(Path model, Map<String, NpyArray> inputs, int threads) {
        try {
            Process process = start(model, threads);
            try (RunWatchdog.Watched watched =
                            RunWatchdog.current().begin(ModelWork.measuringMemory(model), process::destroyForcibly);
                    DataOutputStream out = new DataOutputStream(process.getOutputStream())) {
                String said = answer(process, out, inputs);
                Optional<TimeLimitException> exceeded = watched.exceeded();
                if (exceeded.isPresent()) {
                    throw exceeded.get();
                }
                if (process.waitFor() == 0 && said.startsWith(MemoryProcess.BYTES)) {
                    String[] bytes = said.split(" ", -1);
                    return new Memory.Taken(Long.parseLong(bytes[1]), Long.parseLong(bytes[2]));
                }
                throw failed(
                        model,
                        "the process ended with status %d%s"
                                .formatted(process.exitValue(), said.isEmpty() ? "" : ": " + said));
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw failed(model, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(model, "interrupted");
        }
    }

    /** The last line that the process says; its input stays open until then, or it would end. */
    private static String answer(Process process, DataOutputStream out, Map<String, NpyArray> inputs)
            throws IOException {
        try {
            MemoryProcess.send(inputs, out);
        } catch (IOException e) {
            // It ended before it had read them, and says why.
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return said.substring(said.lastIndexOf('\n') + 1);
    }

    private static InvalidInputException failed(Path model, String reason) {
        return new InvalidInputException(
                "the memory of `%s` cannot be measured: %s; leave out --memory and --max-memory-ratio"
                        .formatted(model, reason));
    }

    /** One with this JVM's classes and properties, and nothing else that would take memory. */
    static Process start(Path model, int threads) throws IOException {
        RuntimeMXBean own = ManagementFactory.getRuntimeMXBean();
        List<String> command =
                new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java")));
        own.getInputArguments().stream().filter(each -> each.startsWith("-D")).forEach(command::add);
        command.addAll(List.of("-Xlog:disable", "-XX:-UsePerfData", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        if (Runtime.version().feature() >= TOLD_OF_NATIVE_ACCESS) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of(MemoryProcess.class.getName(), model.toString(), String.valueOf(threads)));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // A variable: the runtime takes long command lines badly.
        builder.environment().put("CLASSPATH", own.getClassPath());
        // These may ask for what the flags above contradict.
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        return builder.start();
    }
}
