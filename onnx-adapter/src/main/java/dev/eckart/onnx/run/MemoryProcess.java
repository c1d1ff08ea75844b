package dev.eckart.onnx.run;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyType;
import dev.eckart.onnx.run.Session.Optimization;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The process in which {@link MemoryMeter} measures: it reads inputs, loads a model, runs it once, says by how many bytes
 * that made it grow, and ends. It ends before that where its input does: with the process that started it.
 */
final class MemoryProcess {
    static final Path STATUS = Path.of("/proc/self/status");

    /** What it begins its answer with. */
    static final String BYTES = "bytes";

    private MemoryProcess() {}

    /** The model and the number of threads. */
    public static void main(String[] arguments) {
        DataInputStream in = new DataInputStream(System.in);
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        try {
            Map<String, NpyArray> inputs = receive(in);
            endWith(in);
            Session.environment();
            long before = bytes("VmRSS");
            try (Session session =
                    Session.open(Path.of(arguments[0]), Optimization.ALL, Integer.parseInt(arguments[1]))) {
                long loaded = bytes("VmRSS");
                session.outputs(inputs).close();
                out.println("%s %d %d".formatted(BYTES, loaded - before, bytes("VmHWM") - before));
            }
        } catch (RuntimeException | IOException | Error e) {
            // Whatever it is, it is for the other process to say, in a sentence.
            out.println(e instanceof InvalidInputException ? e.getMessage() : e);
            System.exit(1);
        }
    }

    private static void endWith(InputStream in) {
        Thread thread = new Thread(
                () -> {
                    try {
                        in.readAllBytes();
                    } catch (IOException e) {
                        // As good as its end.
                    }
                    System.exit(1);
                },
                "parent");
        thread.setDaemon(true);
        thread.start();
    }

    /** One of the numbers that Linux knows of this process: its memory, or the most that it ever was. */
    private static long bytes(String field) throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.replaceAll("\\D", ""))
                .mapToLong(kilobytes -> 1024 * Long.parseLong(kilobytes))
                .findFirst()
                .orElseThrow(() -> new IOException("`%s` has no %s".formatted(STATUS, field)));
    }

    /** Hands inputs over to a process. */
    static void send(Map<String, NpyArray> inputs, DataOutputStream out) throws IOException {
        out.writeInt(inputs.size());
        for (Map.Entry<String, NpyArray> input : inputs.entrySet()) {
            NpyArray array = input.getValue();
            byte[] bytes = new byte[array.bytes().remaining()];
            array.bytes().get(bytes);
            out.writeUTF(input.getKey());
            out.writeUTF(array.type().name());
            out.writeInt(array.shape().size());
            for (int length : array.shape()) {
                out.writeInt(length);
            }
            out.writeInt(bytes.length);
            out.write(bytes);
        }
        out.flush();
    }

    private static Map<String, NpyArray> receive(DataInputStream in) throws IOException {
        Map<String, NpyArray> inputs = new LinkedHashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            String name = in.readUTF();
            NpyType type = NpyType.valueOf(in.readUTF());
            List<Integer> shape = new ArrayList<>();
            for (int axes = in.readInt(); axes > 0; axes--) {
                shape.add(in.readInt());
            }
            inputs.put(name, NpyArray.of(type, shape, ByteBuffer.wrap(in.readNBytes(in.readInt()))));
        }
        return inputs;
    }
}
