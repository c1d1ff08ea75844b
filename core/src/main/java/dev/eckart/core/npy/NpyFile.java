package dev.eckart.core.npy;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.Destination;
import dev.eckart.core.file.PendingFile;
import dev.eckart.core.file.Unwritable;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Reads and writes NumPy's files: {@code .npy}, one array, and {@code .npz}, a zip archive of arrays by name.
 *
 * <p>Format versions 1.0 to 3.0, both byte orders and both orders of axes are read; version 1.0, little-endian, C order
 * is written. Damage is found, and a file takes no more memory than one of its length can fill. A written file is there
 * whole or not at all, and replaces the one that was.
 *
 * <p>Every method throws {@link InvalidInputException} where a file is missing, damaged, holds anything but numbers, or
 * cannot be written.
 */
public final class NpyFile {
    private static final String NPY = ".npy";
    private static final String NPZ = ".npz";

    /** Deflated data unpacks to at most this times its own length. */
    private static final long MAX_INFLATION = 1032;

    /**
     * The time of each entry, so that the same arrays give the same bytes. It is not the first that a zip archive can
     * say: that one stands for any earlier time too, and would be written with the local time zone.
     */
    private static final LocalDateTime ENTRY_TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

    private NpyFile() {}

    /** Reads the array of a {@code .npy} file. */
    public static NpyArray read(Path npy) {
        String source = "`%s`".formatted(npy);
        requireFile(npy);
        try (FileChannel channel = FileChannel.open(npy);
                InputStream in = new BufferedInputStream(Channels.newInputStream(channel))) {
            return NpyStream.read(in, channel.size(), source);
        } catch (IOException e) {
            throw unreadable(source, e);
        }
    }

    /** Reads the array that a command line names, as {@code MATRIX.npy} or {@code FILE.npz:NAME}. */
    public static NpyArray read(String reference) {
        // The colon of a drive does not follow the ending.
        int ending = reference.lastIndexOf(NPZ + ":");
        try {
            if (ending < 0) {
                return read(Path.of(reference));
            }
            int colon = ending + NPZ.length();
            return read(Path.of(reference.substring(0, colon)), reference.substring(colon + 1));
        } catch (InvalidPathException e) {
            throw unnamed(reference, e);
        }
    }

    /** The file of what a command line names, as {@code MATRIX.npy} or {@code FILE.npz:NAME}. */
    public static Path file(String reference) {
        int ending = reference.lastIndexOf(NPZ + ":");
        try {
            return Path.of(ending < 0 ? reference : reference.substring(0, ending + NPZ.length()));
        } catch (InvalidPathException e) {
            throw unnamed(reference, e);
        }
    }

    private static InvalidInputException unnamed(String reference, InvalidPathException e) {
        return new InvalidInputException(
                "`%s` names no file (%s); expected MATRIX.npy or FILE.npz:NAME".formatted(reference, e.getReason()), e);
    }

    /** Reads one array of a {@code .npz} file. */
    public static NpyArray read(Path npz, String name) {
        try (ZipFile zip = open(npz)) {
            Map<String, ZipEntry> entries = entries(npz, zip);
            ZipEntry entry = entries.get(name);
            if (entry == null) {
                throw new InvalidInputException("`%s` holds no array `%s`; expected one of: %s"
                        .formatted(npz, name, String.join(", ", entries.keySet())));
            }
            return read(npz, zip, name, entry);
        } catch (IOException e) {
            throw unreadable("`%s`".formatted(npz), e);
        }
    }

    /** Reads all arrays of a {@code .npz} file, by name, in the file's order; members that are no arrays are left. */
    public static Map<String, NpyArray> readAll(Path npz) {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        try (ZipFile zip = open(npz)) {
            entries(npz, zip).forEach((name, entry) -> arrays.put(name, read(npz, zip, name, entry)));
        } catch (IOException e) {
            throw unreadable("`%s`".formatted(npz), e);
        }
        return Collections.unmodifiableMap(arrays);
    }

    /** Writes a {@code .npy} file. */
    public static void write(Path npy, NpyArray array) {
        write(npy, out -> NpyStream.write(array, out));
    }

    /** Writes a {@code .npz} file, deflated, in the map's order: the same bytes for the same arrays. */
    public static void writeAll(Path npz, Map<String, NpyArray> arrays) {
        write(npz, out -> writeAll(out, arrays));
    }

    /** What a file shall hold. */
    private interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    private static void write(Path target, Content content) {
        try (PendingFile pending = PendingFile.beside(target)) {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(pending.path()))) {
                content.writeTo(out);
            }
            pending.commit();
        } catch (IOException e) {
            throw Unwritable.because(target, e);
        }
    }

    private static void writeAll(OutputStream out, Map<String, NpyArray> arrays) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        for (Map.Entry<String, NpyArray> array : arrays.entrySet()) {
            ZipEntry entry = new ZipEntry(array.getKey() + NPY);
            entry.setTimeLocal(ENTRY_TIME);
            zip.putNextEntry(entry);
            NpyStream.write(array.getValue(), zip);
            zip.closeEntry();
        }
        zip.finish();
    }

    private static ZipFile open(Path npz) throws IOException {
        requireFile(npz);
        try {
            return new ZipFile(npz.toFile());
        } catch (ZipException e) {
            throw new InvalidInputException(
                    "`%s` is no zip archive (%s); expected a file that numpy.savez wrote"
                            .formatted(npz, e.getMessage()),
                    e);
        }
    }

    /** The arrays of an archive, by name. */
    private static Map<String, ZipEntry> entries(Path npz, ZipFile zip) {
        Map<String, ZipEntry> entries = new LinkedHashMap<>();
        for (ZipEntry entry : members(npz, zip)) {
            String file = entry.getName();
            if (file.endsWith(NPY)) {
                String name = file.substring(0, file.length() - NPY.length());
                if (entries.put(name, entry) != null) {
                    throw new InvalidInputException(
                            "`%s` holds two arrays named `%s`; save it again with numpy.savez".formatted(npz, name));
                }
            }
        }
        if (entries.isEmpty()) {
            throw new InvalidInputException(
                    "`%s` holds no arrays; expected a file that numpy.savez wrote".formatted(npz));
        }
        return entries;
    }

    private static List<? extends ZipEntry> members(Path npz, ZipFile zip) {
        try {
            return Collections.list(zip.entries());
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException(
                    "`%s` is damaged: a text in its directory is not UTF-8; save or copy it again".formatted(npz), e);
        }
    }

    private static NpyArray read(Path npz, ZipFile zip, String name, ZipEntry entry) {
        String source = "array `%s` of `%s`".formatted(name, npz);
        CRC32 checksum = new CRC32();
        try (InputStream unpacked = zip.getInputStream(entry);
                InputStream in = new BufferedInputStream(new CheckedInputStream(unpacked, checksum))) {
            long packed = Math.min(entry.getCompressedSize(), Files.size(npz));
            if (entry.getSize() > packed * MAX_INFLATION) {
                throw new InvalidInputException("%s is damaged: %d bytes cannot unpack to %d; save it again"
                        .formatted(source, packed, entry.getSize()));
            }
            NpyArray array = NpyStream.read(in, entry.getSize(), source);
            if (checksum.getValue() != entry.getCrc()) {
                throw new InvalidInputException(
                        "%s is damaged: its checksum does not match; save or copy it again".formatted(source));
            }
            return array;
        } catch (IOException e) {
            throw unreadable(source, e);
        }
    }

    private static void requireFile(Path file) {
        if (Files.isDirectory(file)) {
            throw new InvalidInputException("`%s` is a directory; expected a file".formatted(file));
        }
        if (Files.notExists(file)) {
            throw new InvalidInputException("`%s` does not exist; check the path".formatted(file));
        }
        Destination.requireReadable(file, "a file");
    }

    private static InvalidInputException unreadable(String source, IOException e) {
        String reason = e instanceof AccessDeniedException ? "no permission" : e.getMessage();
        return new InvalidInputException("%s cannot be read: %s".formatted(source, reason), e);
    }
}
