package dev.eckart.core.cache;

import dev.eckart.core.file.Unwritable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * Arrays of doubles in a folder, each in a file of its own: {@value #MAGIC}, how many there are, the numbers, and a CRC-32C
 * of all that; little-endian.
 *
 * <p>A file has its name only when it is whole, so that several processes may use a folder. One that is damaged all the
 * same counts as missing, which is said.
 */
final class ArrayStore {
    /** With the version of the format: what an older or newer one wrote is not read. */
    private static final String MAGIC = "ECKART-1";

    private static final int HEADER = Long.BYTES + Long.BYTES;

    private final Path folder;
    private final Consumer<String> warnings;

    ArrayStore(Path folder, Consumer<String> warnings) {
        this.folder = folder;
        this.warnings = warnings;
    }

    private Path file(String name) {
        return folder.resolve(name);
    }

    /** The first numbers stored under a name, no more than are wanted, if there are any. */
    Optional<double[]> get(String name, int wanted) {
        try {
            Optional<double[]> numbers = read(file(name), wanted);
            if (numbers.isEmpty()) {
                warnings.accept("cache file `%s` is damaged; its numbers are computed again".formatted(file(name)));
            }
            return numbers;
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            warnings.accept("cache file `%s` cannot be read (%s); its numbers are computed again"
                    .formatted(file(name), Unwritable.reason(e)));
            return Optional.empty();
        }
    }

    private static Optional<double[]> read(Path file, int wanted) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
                    .order(ByteOrder.LITTLE_ENDIAN);
            if (all.limit() < HEADER + Integer.BYTES || all.getLong(0) != magic()) {
                return Optional.empty();
            }
            long count = all.getLong(Long.BYTES);
            int end = all.limit() - Integer.BYTES;
            if (count < 0 || count != (end - HEADER) / Double.BYTES || (end - HEADER) % Double.BYTES != 0) {
                return Optional.empty();
            }
            if (checksum(all.slice(0, end)) != all.getInt(end)) {
                return Optional.empty();
            }
            double[] numbers = new double[(int) Math.min(count, wanted)];
            all.position(HEADER).asDoubleBuffer().get(numbers);
            return Optional.of(numbers);
        }
    }

    private static long magic() {
        long magic = 0;
        for (int i = 0; i < MAGIC.length(); i++) {
            magic |= (long) MAGIC.charAt(i) << (Byte.SIZE * i);
        }
        return magic;
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /** Stores numbers under a name, in place of what is there. That they could not be is said, and no failure. */
    void put(String name, double[] numbers) {
        long size = HEADER + (long) numbers.length * Double.BYTES + Integer.BYTES;
        if (size > Integer.MAX_VALUE) {
            return;
        }
        ByteBuffer all = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
        all.putLong(magic()).putLong(numbers.length).asDoubleBuffer().put(numbers);
        int end = (int) size - Integer.BYTES;
        all.putInt(end, checksum(all.slice(0, end)));
        Path unnamed = folder.resolve("%s.%s.partial".formatted(name, UUID.randomUUID()));
        try {
            try {
                Files.write(unnamed, all.array(), StandardOpenOption.CREATE_NEW);
                Files.move(unnamed, file(name), StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(unnamed);
            }
        } catch (IOException e) {
            warnings.accept("cache file `%s` cannot be written: %s".formatted(file(name), Unwritable.reason(e)));
        }
    }
}
