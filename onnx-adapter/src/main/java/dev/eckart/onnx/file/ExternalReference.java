package dev.eckart.onnx.file;

import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.proto.StringStringEntryProto;
import dev.eckart.onnx.proto.TensorProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Where a data file holds a tensor, as the tensor's field {@code external_data} says.
 *
 * @param location the file's path, from the model's folder
 * @param length of the tensor's bytes; empty where dimensions and type are to tell
 */
record ExternalReference(String location, long offset, OptionalLong length) {
    private static final String LOCATION = "location";
    private static final String OFFSET = "offset";
    private static final String LENGTH = "length";

    /** Entries that were true of the file that the tensor was in, and are not of another. */
    private static final Set<String> OF_THE_FILE = Set.of(LOCATION, OFFSET, LENGTH, "checksum", "basepath");

    /** What ONNX Runtime keeps in a data file beside the tensors themselves. */
    private static final String PREPACKED = "prepacked";

    /**
     * Reads a tensor's entries.
     *
     * @throws InvalidInputException if they say nothing, or nothing that makes sense
     */
    static ExternalReference of(TensorProto tensor, Path model) {
        OptionalLong offset = number(tensor, OFFSET, model);
        return new ExternalReference(
                value(tensor, LOCATION, model).orElse(""), offset.orElse(0), number(tensor, LENGTH, model));
    }

    private static Optional<String> value(TensorProto tensor, String key, Path model) {
        List<String> values = tensor.getExternalDataList().stream()
                .filter(entry -> entry.getKey().equals(key))
                .map(StringStringEntryProto::getValue)
                .toList();
        if (values.size() > 1) {
            throw new InvalidInputException(
                    "`%s` gives the %s of the external data of tensor `%s` more than once: %s; expected it once: export the model again"
                            .formatted(model, key, tensor.getName(), values));
        }
        return values.stream().findFirst();
    }

    private static OptionalLong number(TensorProto tensor, String key, Path model) {
        Optional<String> value = value(tensor, key, model);
        if (value.isEmpty()) {
            return OptionalLong.empty();
        }
        String digits = value.get();
        try {
            if (digits.matches("[0-9]+")) {
                return OptionalLong.of(Long.parseLong(digits));
            }
            throw new NumberFormatException(digits);
        } catch (NumberFormatException e) {
            throw new InvalidInputException(
                    "`%s` gives `%s` as the %s of the external data of tensor `%s`; expected a whole number of bytes"
                            .formatted(model, digits, key, tensor.getName()),
                    e);
        }
    }

    /** The tensor, without its data in memory, and with a reference to those in a file. */
    static TensorProto outside(TensorProto tensor, String location, long offset, long length) {
        List<StringStringEntryProto> entries = new ArrayList<>();
        entries.add(entry(LOCATION, location));
        entries.add(entry(OFFSET, String.valueOf(offset)));
        entries.add(entry(LENGTH, String.valueOf(length)));
        if (isOutside(tensor)) {
            tensor.getExternalDataList().stream()
                    .filter(entry -> !OF_THE_FILE.contains(entry.getKey())
                            && !entry.getKey().startsWith(PREPACKED))
                    .forEach(entries::add);
        }
        return tensor.toBuilder()
                .clearPayload()
                .clearExternalData()
                .addAllExternalData(entries)
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .build();
    }

    /** The tensor, without a reference to data in a file. */
    static TensorProto inside(TensorProto tensor) {
        return isOutside(tensor)
                ? tensor.toBuilder().clearExternalData().clearDataLocation().build()
                : tensor;
    }

    static boolean isOutside(TensorProto tensor) {
        return tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }
}
