package dev.eckart.onnx.file;

import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.proto.TensorProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The data files of a model, each opened once.
 *
 * <p>A model comes from anywhere, and must not make us read what its user did not mean it to: a data file lies in the
 * folder of the model's file or below it, symbolic links resolved. Where the model's file is itself a link, the folder
 * that it leads to is as good, since caches keep models that way; ONNX Runtime draws the same line.
 */
final class DataFiles {
    private static final Pattern SEPARATOR = Pattern.compile("[/\\\\]");
    private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*", Pattern.DOTALL);

    private final Path model;
    private final Map<String, DataFile> byLocation = new HashMap<>();
    private final Map<Path, DataFile> byRealPath = new HashMap<>();
    private final List<DataFile> files = new ArrayList<>();

    /** The name of the first tensor of each extent, in the extents' order. */
    private final Map<Extent, String> tensors = new TreeMap<>(
            Comparator.comparingInt(Extent::file).thenComparing(Extent::offset).thenComparing(Extent::length));

    /**
     * A file, open.
     *
     * @param path as messages name it
     */
    private record DataFile(int number, Path path, ReadFile file) {}

    /**
     * Where a tensor's bytes are.
     *
     * @param file its number, in the order in which the model first speaks of each
     */
    record Extent(int file, long offset, long length) {}

    DataFiles(Path model) {
        this.model = model;
    }

    /** The files that tensors were found in, by number, beside the model's path as it was given. */
    List<Path> paths() {
        return files.stream().map(DataFile::path).toList();
    }

    /** The model's file, and those that tensors were found in. */
    List<ReadFile> with(ReadFile model) {
        return Stream.concat(Stream.of(model), files.stream().map(DataFile::file))
                .toList();
    }

    /** The bytes of a tensor that was found. */
    Region bytes(Extent extent) {
        return files.get(extent.file()).file().bytes().part(extent.offset(), extent.length());
    }

    /**
     * Finds the bytes of a tensor.
     *
     * @throws InvalidInputException if what the tensor says of them is not right, or not allowed
     */
    Extent find(TensorProto tensor) {
        if (tensor.getDataType() == TensorProto.DataType.STRING_VALUE) {
            throw refusal(
                    tensor, "as external data, which the format does not allow for strings; export the model again");
        }
        if (hasDataInside(tensor)) {
            throw refusal(
                    tensor,
                    "both as external data and in the model's own file; expected one of these: export the model again");
        }
        ExternalReference reference = ExternalReference.of(tensor, model);
        DataFile file = byLocation.computeIfAbsent(reference.location(), location -> open(location, tensor));
        OptionalLong needed = RawSize.of(tensor);
        long left = file.file.size() - reference.offset();
        long length = reference.length().orElse(needed.orElse(Math.max(0, left)));
        if (length > left) {
            throw refusal(
                    tensor,
                    "in %d bytes from byte %d of `%s`, which has %d bytes; check that the file is complete and belongs to the model"
                            .formatted(length, reference.offset(), file.path, file.file.size()));
        }
        long fitting = needed.orElse(length);
        if (fitting != length) {
            throw refusal(
                    tensor,
                    "in %d bytes of `%s`, but dimensions %s of type %s need %d; export the model again"
                            .formatted(
                                    length,
                                    file.path,
                                    tensor.getDimsList(),
                                    TensorProto.DataType.forNumber(tensor.getDataType()),
                                    fitting));
        }
        Extent extent = new Extent(file.number, reference.offset(), length);
        if (length > 0) {
            tensors.putIfAbsent(extent, tensor.getName());
        }
        return extent;
    }

    private static boolean hasDataInside(TensorProto tensor) {
        return tensor.hasPayload()
                || !tensor.getRawData().isEmpty()
                || tensor.getFloatDataCount() > 0
                || tensor.getInt32DataCount() > 0
                || tensor.getInt64DataCount() > 0
                || tensor.getDoubleDataCount() > 0
                || tensor.getUint64DataCount() > 0;
    }

    /**
     * Refuses tensors that share some of their bytes; two may share all of them.
     *
     * @throws InvalidInputException if two do
     */
    void requireDisjoint() {
        List<Extent> extents = List.copyOf(tensors.keySet());
        for (int i = 1; i < extents.size(); i++) {
            Extent before = extents.get(i - 1);
            Extent extent = extents.get(i);
            if (extent.file() == before.file() && extent.offset() < before.offset() + before.length()) {
                throw new InvalidInputException(
                        "`%s` stores tensors `%s` and `%s` in overlapping bytes of `%s`; expected separate or identical bytes: export the model again"
                                .formatted(
                                        model,
                                        tensors.get(before),
                                        tensors.get(extent),
                                        files.get(extent.file()).path));
            }
        }
    }

    private DataFile open(String location, TensorProto tensor) {
        if (leaves(location)) {
            throw refusal(
                    tensor,
                    "in `%s`; expected a file in the model's folder, or below it".formatted(printable(location)));
        }
        try {
            Path path = model.resolveSibling(location);
            Path real = path.toRealPath();
            Path folder = folderOf(model).toRealPath();
            if (!real.startsWith(folder) && !real.startsWith(folderOf(model.toRealPath()))) {
                throw refusal(
                        tensor,
                        "in `%s`, a link to `%s` outside the model's folder; replace the link by the file"
                                .formatted(path, real));
            }
            DataFile known = byRealPath.get(real);
            if (known != null) {
                return known;
            }
            DataFile file = new DataFile(files.size(), path, read(path, real, tensor));
            files.add(file);
            byRealPath.put(real, file);
            return file;
        } catch (InvalidPathException e) {
            throw refusal(
                    tensor, "in `%s`, which is not a valid file name on this system".formatted(printable(location)), e);
        } catch (NoSuchFileException e) {
            throw refusal(
                    tensor,
                    "in `%s`, which does not exist; put the file there".formatted(model.resolveSibling(location)),
                    e);
        } catch (IOException e) {
            throw refusal(
                    tensor,
                    "in `%s`, which cannot be read: %s".formatted(model.resolveSibling(location), e.getMessage()),
                    e);
        }
    }

    private static boolean leaves(String location) {
        return location.isEmpty()
                || location.startsWith("/")
                || location.startsWith("\\")
                || location.indexOf('\0') >= 0
                || DRIVE.matcher(location).matches()
                || Arrays.asList(SEPARATOR.split(location)).contains("..");
    }

    private static Path folderOf(Path file) {
        Path absolute = file.toAbsolutePath();
        Path folder = absolute.getParent();
        return folder == null ? absolute : folder;
    }

    private ReadFile read(Path path, Path real, TensorProto tensor) throws IOException {
        // Opening anything else might wait for ever, as a pipe does.
        if (!Files.isRegularFile(real)) {
            throw refusal(
                    tensor,
                    "in `%s`, which is %s; expected a regular file"
                            .formatted(path, Files.isDirectory(real) ? "a directory" : "not a regular file"));
        }
        return ReadFile.open(path.toString(), real);
    }

    private InvalidInputException refusal(TensorProto tensor, String where) {
        return new InvalidInputException(sentence(tensor, where));
    }

    private InvalidInputException refusal(TensorProto tensor, String where, Exception cause) {
        return new InvalidInputException(sentence(tensor, where), cause);
    }

    private String sentence(TensorProto tensor, String where) {
        return "`%s` stores tensor `%s` %s".formatted(model, tensor.getName(), where);
    }

    private static String printable(String location) {
        return location.replaceAll("\\p{Cntrl}", "?");
    }
}
