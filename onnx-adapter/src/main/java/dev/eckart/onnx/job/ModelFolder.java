package dev.eckart.onnx.job;

import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.file.OnnxWriter;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A folder that somebody exported: models, and what goes with them, such as a tokenizer and configurations. Links are followed: what
 * they lead to is a part of the folder.
 *
 * @param root as the user wrote it
 * @param folders in it, relative to it, each after the one that it is in
 * @param files in it and in these, in the order of their names
 */
public record ModelFolder(Path root, List<Path> folders, List<Entry> files) {
    private static final String ENDING = ".onnx";

    public ModelFolder {
        folders = List.copyOf(folders);
        files = List.copyOf(files);
    }

    /**
     * A file.
     *
     * @param path relative to the root
     * @param attributes when the folder was looked through, of what a link leads to
     */
    public record Entry(Path path, BasicFileAttributes attributes) {
        /** Whether its name is a model's. */
        public boolean isModel() {
            return path.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(ENDING);
        }
    }

    /**
     * Looks through a folder.
     *
     * @throws InvalidInputException if it cannot be read, holds no model, or links and devices that cannot be carried over
     */
    public static ModelFolder read(Path root) {
        Reading reading = new Reading(root);
        try {
            reading.enter(Path.of(""));
        } catch (IOException | DirectoryIteratorException e) {
            throw new InvalidInputException("`%s` cannot be read: %s".formatted(root, e.getMessage()), e);
        }
        ModelFolder found = new ModelFolder(root, reading.folders, reading.files);
        if (found.models().isEmpty()) {
            throw new InvalidInputException(
                    "`%s` holds no model: it has no file that ends with %s, nor has a folder in it; expected an exported folder, or an %s file"
                            .formatted(root, ENDING, ENDING));
        }
        return found;
    }

    /** The models, relative to the root. */
    public List<Path> models() {
        return files.stream().filter(Entry::isModel).map(Entry::path).toList();
    }

    /** Where something in the folder is. */
    public Path at(Path relative) {
        return root.resolve(relative);
    }

    /** The files that a model keeps tensors in, relative to the root; those that are in it. */
    public Set<Path> dataFiles(Path model) {
        Set<Path> found = new HashSet<>();
        Path absolute = root.toAbsolutePath().normalize();
        for (Path file : ModelFiles.dataFiles(at(model))) {
            Path normal = file.toAbsolutePath().normalize();
            if (normal.startsWith(absolute)) {
                found.add(absolute.relativize(normal));
            }
        }
        return Set.copyOf(found);
    }

    /**
     * Refuses to be written as another folder that has its own place in this one, or the other way round.
     *
     * @param target absolute, without links
     * @throws InvalidInputException if one of both is in the other, or both are one
     */
    public void requireApartFrom(Path target, Path named) {
        try {
            Path real = root.toRealPath();
            if (real.equals(target)) {
                throw new InvalidInputException(
                        "`%s` is the original folder, which is never changed; name another output".formatted(named));
            }
            if (real.startsWith(target)) {
                throw new InvalidInputException(
                        "`%s` is in `%s`, which would be replaced; name another output".formatted(root, named));
            }
            for (Path folder : folders) {
                if (target.startsWith(at(folder).toRealPath())) {
                    throw inside(named);
                }
            }
            if (target.startsWith(real)) {
                throw inside(named);
            }
        } catch (IOException e) {
            throw new InvalidInputException("`%s` cannot be read: %s".formatted(root, e), e);
        }
    }

    private InvalidInputException inside(Path named) {
        return new InvalidInputException(
                "`%s` is in the original folder `%s`, which is never changed; name an output beside it"
                        .formatted(named, root));
    }

    /**
     * Refuses to replace a folder that holds anything that this one would not bring back.
     *
     * @param overwrite whether a folder that is not empty may be replaced at all
     * @throws InvalidInputException if it may not, or holds another file
     */
    public void requireReplaceable(Path target, Path named, boolean overwrite) {
        if (!Files.isDirectory(target)) {
            return;
        }
        try {
            List<Path> old = contents(target);
            if (!old.isEmpty() && !overwrite) {
                throw new InvalidInputException(
                        "`%s` already exists and is not empty; name another output, or replace the folder with --force"
                                .formatted(named));
            }
            Set<Path> own = new HashSet<>(folders);
            files.forEach(file -> own.add(file.path()));
            for (Path each : old) {
                if (!own.contains(each) && models().stream().noneMatch(model -> isDataFile(each, model))) {
                    throw new InvalidInputException(
                            "`%s` holds `%s`, which `%s` does not have, and which --force would remove; move it away, or name another output"
                                    .formatted(named, each, root));
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new InvalidInputException("`%s` cannot be read: %s".formatted(named, e.getMessage()), e);
        }
    }

    private static boolean isDataFile(Path file, Path model) {
        return file.resolveSibling(model.getFileName()).equals(model) && OnnxWriter.isDataFile(file, model);
    }

    /** All that is in a folder, relative to it; links are not followed. */
    private static List<Path> contents(Path folder) throws IOException {
        List<Path> found = new ArrayList<>();
        Deque<Path> open = new ArrayDeque<>(List.of(folder));
        while (!open.isEmpty()) {
            for (Path each : listed(open.pop())) {
                found.add(folder.relativize(each));
                if (Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)) {
                    open.push(each);
                }
            }
        }
        return found;
    }

    private static List<Path> listed(Path folder) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            entries.forEach(found::add);
        }
        return found.stream().sorted().toList();
    }

    /** What was found so far. */
    private static final class Reading {
        private final Path root;
        private final List<Path> folders = new ArrayList<>();
        private final List<Entry> files = new ArrayList<>();

        /** Those that the one that is looked through is in, without links. */
        private final Deque<Path> around = new ArrayDeque<>();

        Reading(Path root) {
            this.root = root;
        }

        void enter(Path relative) throws IOException {
            Path real = root.resolve(relative).toRealPath();
            if (around.stream().anyMatch(outer -> outer.startsWith(real))) {
                throw new InvalidInputException("`%s` leads back to a folder that it is in; remove this link"
                        .formatted(root.resolve(relative)));
            }
            around.push(real);
            for (Path each : listed(root.resolve(relative))) {
                add(root.relativize(each));
            }
            around.pop();
        }

        private void add(Path relative) throws IOException {
            Path path = root.resolve(relative);
            if (!Files.exists(path)) {
                throw new InvalidInputException(
                        "`%s` is a link to a file that does not exist; remove it, or fetch that file".formatted(path));
            }
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            if (attributes.isDirectory()) {
                folders.add(relative);
                enter(relative);
            } else if (attributes.isRegularFile()) {
                files.add(new Entry(relative, attributes));
            } else {
                throw new InvalidInputException(
                        "`%s` is a device, a pipe or a socket, which cannot be carried over; remove it"
                                .formatted(path));
            }
        }
    }
}
