package dev.eckart.onnx.run;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.PendingFile;
import dev.eckart.core.file.Unwritable;
import dev.eckart.onnx.file.OnnxReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A model's file under a name that ONNX Runtime's Java binding can pass on. On all systems but Windows, it spells characters
 * beyond U+FFFF, such as emoji, in Java's own way, in which the system knows no file. For a path that has some, there is a
 * temporary folder with links to the model and to its data files, until this is closed: the runtime needs no name once a
 * model is loaded.
 */
final class PlainPath implements AutoCloseable {
    private static final boolean WIDE = File.separatorChar == '\\';

    private final Path path;
    private final List<Path> made;
    private final Optional<PendingFile> folder;

    private PlainPath(Path path, List<Path> made, Optional<PendingFile> folder) {
        this.path = path;
        this.made = made;
        this.folder = folder;
    }

    /**
     * A path to a model.
     *
     * @throws InvalidInputException if links are needed and cannot be made, or the model cannot be read
     */
    static PlainPath to(Path model) {
        if (WIDE || isPlain(model)) {
            return new PlainPath(model, List.of(), Optional.empty());
        }
        requirePlain(UnpackedLibraries.temporary());
        PendingFile folder = PendingFile.temporary(UnpackedLibraries.temporary(), "eckart-model.onnx");
        PlainPath plain = new PlainPath(folder.path(), new ArrayList<>(), Optional.of(folder));
        try {
            plain.link(folder.path(), model);
            for (Path file : OnnxReader.read(model).payloads().dataFiles()) {
                Path location = folderOf(model).relativize(file.toAbsolutePath());
                plain.link(folder.directory().resolve(location), file);
            }
            return plain;
        } catch (IOException e) {
            plain.close();
            throw Unwritable.temporary("links to `%s` and its data".formatted(model), UnpackedLibraries.temporary(), e);
        } catch (RuntimeException e) {
            plain.close();
            throw e;
        }
    }

    /**
     * Refuses a folder for files that the runtime is to write.
     *
     * @throws InvalidInputException if its path has characters that the binding cannot pass on
     */
    static void requirePlain(Path temporary) {
        if (!WIDE && !isPlain(temporary)) {
            throw new InvalidInputException(
                    "the temporary folder `%s` has characters in its path that ONNX Runtime cannot write to; name another with ECKART_OPTS=-Djava.io.tmpdir=FOLDER"
                            .formatted(temporary));
        }
    }

    private static boolean isPlain(Path path) {
        return path.toString().chars().noneMatch(unit -> Character.isSurrogate((char) unit));
    }

    private static Path folderOf(Path model) {
        return model.toAbsolutePath().resolveSibling("");
    }

    private void link(Path link, Path file) throws IOException {
        for (Path parent = link.getParent(); parent != null && !Files.exists(parent); parent = parent.getParent()) {
            made.add(0, parent);
        }
        for (Path parent : made) {
            if (!Files.exists(parent)) {
                Files.createDirectory(parent);
            }
        }
        Files.createSymbolicLink(link, file.toRealPath());
        made.add(link);
    }

    Path path() {
        return path;
    }

    @Override
    public void close() {
        if (folder.isEmpty()) {
            return;
        }
        try {
            for (int i = made.size() - 1; i >= 0; i--) {
                Files.deleteIfExists(made.get(i));
            }
            folder.get().close();
        } catch (IOException e) {
            throw Unwritable.temporary("links to a model", UnpackedLibraries.temporary(), e);
        }
    }
}
