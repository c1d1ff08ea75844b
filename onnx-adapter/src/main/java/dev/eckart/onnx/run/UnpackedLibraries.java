package dev.eckart.onnx.run;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.Leftovers;
import dev.eckart.core.file.PendingFile;
import dev.eckart.core.file.Unwritable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;

/**
 * The folders to which ONNX Runtime's Java binding unpacks its libraries, one for each process, in the JVM's temporary
 * folder. The binding removes its own where a process ends by itself.
 */
final class UnpackedLibraries {
    private static final Pattern FOLDER = Pattern.compile("onnxruntime-java\\d+");
    private static final Pattern LIBRARY = Pattern.compile("(lib)?(onnxruntime|webgpu_dawn|dxil|dxcompiler).*");

    /** In it, a process has long loaded what it unpacks. */
    private static final Duration START = Duration.ofMinutes(1);

    /** Where the binding tells of libraries that it cannot unpack, with the trace of a stack; what comes of it is told here. */
    private static final Logger LOG = Logger.getLogger("ai.onnxruntime.OnnxRuntime");

    private static final Path PROCESSES = Path.of("/proc");

    private UnpackedLibraries() {}

    /** The folder for temporary files, as the JVM and with it the binding have it. */
    static Path temporary() {
        return Path.of(System.getProperty("java.io.tmpdir"));
    }

    /** Keeps the binding from writing to standard error. */
    static void silence() {
        LOG.setLevel(Level.OFF);
    }

    /**
     * Removes what killed processes of this user left in a temporary folder: such folders of libraries, which no process
     * has loaded, and files that were on their way.
     */
    static void removeLeftovers(Path temporary) {
        PendingFile.removeLeftovers(temporary);
        List<Path> found = Leftovers.matching(temporary, FOLDER);
        if (!found.isEmpty()) {
            List<String> loaded = loaded();
            found.forEach(folder -> remove(folder, loaded));
        }
    }

    /**
     * Removes the folder of this process as it ends, where the system tells which one that is: the binding removes its files
     * then, and before them, in vain, the folder.
     */
    static void removeOwnAtExit(Path temporary) {
        List<String> loaded = new ArrayList<>();
        addLoaded(PROCESSES.resolve("self").resolve("maps"), loaded);
        List<Path> own = Leftovers.matching(temporary, FOLDER).stream()
                .filter(folder -> isLoaded(folder, loaded))
                .toList();
        if (!own.isEmpty()) {
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(
                            () -> own.forEach(UnpackedLibraries::removeLibraries), "remove unpacked libraries"));
        }
    }

    private static boolean isLoaded(Path folder, List<String> loaded) {
        try {
            return loaded.contains(folder.toRealPath().toString());
        } catch (IOException e) {
            return false;
        }
    }

    private static void remove(Path folder, List<String> loaded) {
        try {
            FileTime changed = Files.getLastModifiedTime(folder, LinkOption.NOFOLLOW_LINKS);
            if (!changed.toInstant().isAfter(Instant.now().minus(START)) && !isLoaded(folder, loaded)) {
                removeLibraries(folder);
            }
        } catch (IOException e) {
            // Another process has removed it.
        }
    }

    private static void removeLibraries(Path folder) {
        try {
            List<Path> files = files(folder);
            if (files.stream()
                    .allMatch(file ->
                            LIBRARY.matcher(file.getFileName().toString()).matches()
                                    && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))) {
                for (Path file : files) {
                    Files.deleteIfExists(file);
                }
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            // Windows keeps what is loaded. What cannot be removed, or another process has removed, is in nobody's way.
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            entries.forEach(files::add);
        }
        return files;
    }

    /**
     * The folders of libraries that processes have loaded, where the system tells. Where it does not, a process keeps
     * what it has loaded though the file is gone, or the file cannot be removed.
     */
    private static List<String> loaded() {
        List<String> folders = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROCESSES, "[0-9]*")) {
            for (Path process : processes) {
                addLoaded(process.resolve("maps"), folders);
            }
        } catch (IOException e) {
            return folders;
        }
        return folders;
    }

    private static void addLoaded(Path maps, List<String> folders) {
        try {
            for (String line : Files.readAllLines(maps, StandardCharsets.ISO_8859_1)) {
                int path = line.indexOf('/');
                if (path >= 0 && line.contains("onnxruntime-java")) {
                    folders.add(line.substring(path, line.lastIndexOf('/')));
                }
            }
        } catch (IOException e) {
            // The process has ended, or is another user's, who does not load what is ours.
        }
    }

    /** What to say where the binding's libraries cannot be unpacked or loaded; anything else is a bug. */
    static RuntimeException refusal(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException unwritable) {
                return Unwritable.temporary("ONNX Runtime's libraries", temporary(), unwritable);
            }
            if (cause instanceof VirtualMachineError error) {
                throw error;
            }
            if (cause instanceof UnsatisfiedLinkError unloadable) {
                return unloadable(String.valueOf(unloadable.getMessage()), unloadable);
            }
        }
        return new IllegalStateException("ONNX Runtime does not start", failure);
    }

    private static InvalidInputException unloadable(String message, UnsatisfiedLinkError cause) {
        // The binding tells its log alone that it could not unpack a library, and then looks for one of the system's.
        return message.contains("java.library.path")
                ? new InvalidInputException(
                        "ONNX Runtime's libraries cannot be unpacked to the temporary folder `%s`; make room for 30 MB there, or name another folder with ECKART_OPTS=-Djava.io.tmpdir=FOLDER"
                                .formatted(temporary()),
                        cause)
                : new InvalidInputException(
                        "ONNX Runtime's libraries cannot be loaded from the temporary folder `%s`: %s; allow programs to run from there, or name another folder with ECKART_OPTS=-Djava.io.tmpdir=FOLDER"
                                .formatted(temporary(), message),
                        cause);
    }
}
