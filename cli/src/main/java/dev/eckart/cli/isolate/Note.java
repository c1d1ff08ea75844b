package dev.eckart.cli.isolate;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * What a process notes of itself, for the case that it dies.
 *
 * @param running what it has ONNX Runtime do, as parts of sentences, the longest first: {@code running `small.onnx`}
 * @param elapsed how long the first of these has taken
 * @param stuck whether that exceeded its time limit and cannot be interrupted
 * @param pending directories that it is to remove before it ends
 */
record Note(List<String> running, Duration elapsed, boolean stuck, List<Path> pending) {
    /** A process that was started, and has done nothing. */
    static final Note BEGUN = new Note(List.of(), Duration.ZERO, false, List.of());

    Note {
        running = List.copyOf(running);
        pending = List.copyOf(pending);
    }

    /** As it is written over an earlier one: its length, a checksum and its parts. */
    ByteBuffer bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            write(running, out);
            out.writeLong(elapsed.toMillis());
            out.writeBoolean(stuck);
            write(pending.stream().map(Path::toString).toList(), out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] parts = bytes.toByteArray();
        return ByteBuffer.allocate(Integer.BYTES + Long.BYTES + parts.length)
                .putInt(parts.length)
                .putLong(checksum(parts))
                .put(parts)
                .flip();
    }

    /** Empty where there is none, or one that is being written at this moment. */
    static Optional<Note> of(ByteBuffer bytes) {
        if (bytes.remaining() < Integer.BYTES + Long.BYTES) {
            return Optional.empty();
        }
        int length = bytes.getInt();
        long checksum = bytes.getLong();
        // Zeros are room for a note: nothing has been written over them yet.
        if (length <= 0 || length > bytes.remaining()) {
            return Optional.empty();
        }
        byte[] parts = new byte[length];
        bytes.get(parts);
        return checksum(parts) == checksum ? Optional.of(read(parts)) : Optional.empty();
    }

    private static Note read(byte... parts) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(parts))) {
            List<String> running = texts(in);
            Duration elapsed = Duration.ofMillis(in.readLong());
            boolean stuck = in.readBoolean();
            return new Note(
                    running, elapsed, stuck, texts(in).stream().map(Path::of).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(List<String> texts, DataOutputStream out) throws IOException {
        out.writeInt(texts.size());
        for (String text : texts) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            out.writeInt(bytes.length);
            out.write(bytes);
        }
    }

    private static List<String> texts(DataInputStream in) throws IOException {
        List<String> texts = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            texts.add(new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8));
        }
        return texts;
    }

    private static long checksum(byte... parts) {
        CRC32 checksum = new CRC32();
        checksum.update(parts);
        return checksum.getValue();
    }
}
