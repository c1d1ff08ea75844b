package dev.eckart.core.cache;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.cache.MatrixKey.EntryKey;
import dev.eckart.core.file.Destination;
import dev.eckart.core.file.PendingFile;
import dev.eckart.core.file.Unwritable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * Arrays of doubles in a folder, each in a file of its own: {@value #MAGIC}, how many there are, what they are in words and
 * how long these are, the numbers, and a CRC-32C of all that; little-endian.
 *
 * <p>A file has its name only when it is whole, so that several processes may use a folder. One that is damaged all the
 * same, that says to be another's, or that is not a regular file, counts as missing, which is said.
 */
final class ArrayStore {
    /** With the version of the format: what an older or newer one wrote is not read. */
    private static final String MAGIC = "ECKART-2";

    /** Of {@link #MAGIC}, without the version. */
    private static final int FAMILY = MAGIC.length() - 1;

    /** Bytes read at a time. */
    private static final int CHUNK = 1 << 16;

    private final Path folder;
    private final Consumer<String> warnings;

    /** What was said already: on a full device every entry fails, and a fault that stays is found with each look. */
    private final Set<String> said = ConcurrentHashMap.newKeySet();

    ArrayStore(Path folder, Consumer<String> warnings) {
        this.folder = folder;
        this.warnings = warnings;
    }

    private Path file(EntryKey key) {
        return folder.resolve(key.name());
    }

    /**
     * The first numbers stored under a key, no more than are wanted, if there are any.
     *
     * @param most numbers that an entry of this kind can have
     */
    Optional<double[]> get(EntryKey key, int wanted, long most) {
        Path file = file(key);
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!attributes.isRegularFile()) {
                // To open a pipe is to wait for whoever writes to it, and what a link leads to may be changed at any
                // time.
                return recomputed(file, "is not a regular file");
            }
            return read(file, key, wanted, most);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (EOFException e) {
            return recomputed(file, "is damaged");
        } catch (IOException e) {
            return recomputed(file, "cannot be read (%s)".formatted(Unwritable.reason(e)));
        }
    }

    private Optional<double[]> recomputed(Path file, String fault) {
        String warning = "cache file `%s` %s; its numbers are computed again".formatted(file, fault);
        if (said.add(warning)) {
            warnings.accept(warning);
        }
        return Optional.empty();
    }

    private Optional<double[]> read(Path file, EntryKey key, int wanted, long most) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            CRC32C crc = new CRC32C();
            byte[] magic = new byte[MAGIC.length()];
            fill(channel, ByteBuffer.wrap(magic), crc);
            if (!Arrays.equals(magic, ascii(MAGIC))) {
                return Arrays.equals(magic, 0, FAMILY, ascii(MAGIC), 0, FAMILY)
                        ? Optional.empty()
                        : recomputed(file, "is damaged");
            }
            ByteBuffer sizes = littleEndian(Long.BYTES + Integer.BYTES);
            fill(channel, sizes, crc);
            long count = sizes.getLong(0);
            int length = sizes.getInt(Long.BYTES);
            long size = channel.size();
            if (count < 0 || count > most || length < 0 || length > size || size != size(length, count)) {
                return recomputed(file, "is damaged");
            }
            byte[] identity = new byte[length];
            fill(channel, ByteBuffer.wrap(identity), crc);
            double[] numbers = numbers(channel, count, wanted, crc);
            ByteBuffer checksum = littleEndian(Integer.BYTES);
            int expected = (int) crc.getValue();
            fill(channel, checksum, crc);
            if (checksum.getInt(0) != expected) {
                return recomputed(file, "is damaged");
            }
            if (!Arrays.equals(identity, key.identity().getBytes(StandardCharsets.UTF_8))) {
                return recomputed(file, "holds the numbers of another matrix");
            }
            return Optional.of(numbers);
        }
    }

    /** The first of them, no more than are wanted, read by position: of a mapped file that is cut short, the process dies. */
    private static double[] numbers(FileChannel channel, long count, int wanted, CRC32C crc) throws IOException {
        double[] numbers = new double[(int) Math.min(count, wanted)];
        ByteBuffer chunk = littleEndian(CHUNK);
        int filled = 0;
        for (long left = count * Double.BYTES; left > 0; ) {
            chunk.clear().limit((int) Math.min(CHUNK, left));
            left -= chunk.limit();
            fill(channel, chunk, crc);
            int some = Math.min(chunk.limit() / Double.BYTES, numbers.length - filled);
            chunk.flip().asDoubleBuffer().get(numbers, filled, some);
            filled += some;
        }
        return numbers;
    }

    private static void fill(FileChannel channel, ByteBuffer target, CRC32C crc) throws IOException {
        while (target.hasRemaining()) {
            if (channel.read(target) < 0) {
                throw new EOFException();
            }
        }
        crc.update(target.duplicate().flip());
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Bytes of a file. */
    private static long size(int identity, long count) {
        return MAGIC.length() + Long.BYTES + Integer.BYTES + (long) identity + count * Double.BYTES + Integer.BYTES;
    }

    /** Stores numbers under a key, in place of what is there. That they could not be is said, and no failure. */
    void put(EntryKey key, double[] numbers) {
        byte[] identity = key.identity().getBytes(StandardCharsets.UTF_8);
        long size = size(identity.length, numbers.length);
        if (size > Integer.MAX_VALUE) {
            return;
        }
        byte[] bytes = new byte[(int) size];
        ByteBuffer all = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        all.put(ascii(MAGIC)).putLong(numbers.length).putInt(identity.length).put(identity);
        all.asDoubleBuffer().put(numbers);
        int end = (int) size - Integer.BYTES;
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, end);
        all.putInt(end, (int) crc.getValue());
        try {
            Destination.clear(file(key));
            write(key, bytes);
        } catch (IOException | InvalidInputException e) {
            if (said.add("unwritable")) {
                warnings.accept("cache file `%s` cannot be written: %s; the next run computes what is missing again"
                        .formatted(file(key), Unwritable.reason(e)));
            }
        }
    }

    private void write(EntryKey key, byte... bytes) throws IOException {
        try (PendingFile pending = PendingFile.beside(file(key))) {
            Files.write(pending.path(), bytes, StandardOpenOption.CREATE_NEW);
            // Without waiting for the device, as a commit would: what it loses is found to be damaged, and computed
            // again.
            Files.move(pending.path(), file(key), StandardCopyOption.ATOMIC_MOVE);
        }
    }
}
