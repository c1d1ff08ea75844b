package dev.eckart.onnx.file;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.SparseTensorProto;
import dev.eckart.onnx.proto.TensorProto;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a model: all of its file but the data of large tensors, which stay there and in its data files. */
public final class OnnxReader {
    /** Data from this size on stays in the file. */
    private static final int PAYLOAD_BYTES = 1024;

    private final Region file;
    private final EncodedBytes encoded;
    private final List<Payloads.Payload> payloads = new ArrayList<>();

    private OnnxReader(Region file) {
        this.file = file;
        this.encoded = new EncodedBytes(file);
    }

    /**
     * Reads a model.
     *
     * @throws InvalidInputException if there is no such file, it or a data file of it cannot be read, or it is not an
     *     ONNX model
     */
    public static OnnxModel read(Path path) {
        ReadFile file = open(path);
        OnnxReader reader = new OnnxReader(file.bytes());
        try {
            ByteBuffer skeleton = reader.skeleton();
            ModelProto message = ModelProto.parseFrom(skeleton);
            if (!message.hasGraph() || message.getOpsetImportCount() == 0) {
                throw new InvalidInputException(
                        "`%s` is not an ONNX model: it has no %s; expected a file such as torch.onnx.export writes"
                                .formatted(path, message.hasGraph() ? "operator set" : "graph"));
            }
            DataFiles files = new DataFiles(path);
            ModelProto located = reader.withData(message, files);
            return new OnnxModel(
                    located, Payloads.of(reader.payloads, files.paths(), files.with(file), Scratch.onHeap()));
        } catch (MalformedMessageException | InvalidProtocolBufferException e) {
            throw new InvalidInputException(
                    "`%s` is not an ONNX model, or is incomplete: %s".formatted(path, e.getMessage()), e);
        }
    }

    /** The message with a payload for each tensor that is kept in a data file; tensors in the same bytes share one. */
    private ModelProto withData(ModelProto message, DataFiles files) {
        Map<DataFiles.Extent, Integer> indices = new HashMap<>();
        ModelProto located = TensorWalk.changeEach(message, (tensor, initializer) -> {
            if (!ExternalReference.isOutside(tensor)) {
                return tensor;
            }
            int index = indices.computeIfAbsent(files.find(tensor), extent -> {
                Origin origin = new Origin.Outside(extent.file(), extent.offset());
                payloads.add(new Payloads.Payload(files.bytes(extent), origin));
                return payloads.size() - 1;
            });
            return tensor.toBuilder()
                    .clearRawData()
                    .setPayload(payload(index, TensorProto.RAW_DATA_FIELD_NUMBER))
                    .build();
        });
        files.requireDisjoint();
        return located;
    }

    private static ReadFile open(Path path) {
        if (Files.isDirectory(path)) {
            throw new InvalidInputException("`%s` is a directory; expected an .onnx file".formatted(path));
        }
        // Opening a pipe might wait for ever, and it has no positions.
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new InvalidInputException("`%s` is not a regular file; expected an .onnx file".formatted(path));
        }
        try {
            ReadFile file = ReadFile.open(path);
            long size = file.size();
            if (size == 0) {
                throw new InvalidInputException("`%s` is empty; expected an .onnx file".formatted(path));
            }
            if (size > Integer.MAX_VALUE) {
                throw new InvalidInputException(
                        "`%s` has %d bytes; expected less than 2 GiB: larger models store their tensors as external data"
                                .formatted(path, size));
            }
            return file;
        } catch (NoSuchFileException e) {
            throw new InvalidInputException("`%s` does not exist; expected an .onnx file".formatted(path), e);
        } catch (IOException e) {
            throw new InvalidInputException("`%s` cannot be read: %s".formatted(path, e.getMessage()), e);
        }
    }

    private ByteBuffer skeleton() throws MalformedMessageException {
        return ByteBuffer.wrap(
                withoutData(ModelProto.getDescriptor(), 0, encoded.size(), 0).toByteArray());
    }

    /** The encoded message in a region of the file, with payloads in place of the data of its large tensors. */
    private ByteArrayOutputStream withoutData(Descriptor message, int start, int end, int depth)
            throws MalformedMessageException {
        if (depth > Wire.MAX_DEPTH) {
            throw new MalformedMessageException("messages nested deeper than " + Wire.MAX_DEPTH);
        }
        boolean tensor = message == TensorProto.getDescriptor();
        Map<Integer, Integer> occurrences = tensor ? occurrences(start, end) : Map.of();
        ByteArrayOutputStream result = new ByteArrayOutputStream();
        Set<Integer> seen = new HashSet<>();
        Wire wire = new Wire(encoded, start, end);
        while (wire.next()) {
            int field = wire.field();
            @Nullable Descriptor inner = wire.isLengthDelimited() ? Wire.towardsTensors(message, field) : null;
            if (inner != null) {
                if (!seen.add(field) && isOneTensor(message, field)) {
                    // protobuf would merge the pieces, and the payloads in them.
                    throw new MalformedMessageException(
                            "a tensor in two pieces, the second at byte " + wire.fieldStart());
                }
                ByteArrayOutputStream content = withoutData(inner, wire.contentStart(), wire.fieldEnd(), depth + 1);
                result.writeBytes(Wire.prefix(field, content.size()));
                result.writeBytes(content.toByteArray());
            } else if (tensor && field == TensorProto.PAYLOAD_FIELD_NUMBER) {
                throw new MalformedMessageException("a tensor with the field " + field + ", which no ONNX version has");
            } else if (wire.isLengthDelimited()
                    && wire.fieldEnd() - wire.contentStart() >= PAYLOAD_BYTES
                    // Data in several pieces is for protobuf to put together; a tensor has one payload at most.
                    && occurrences.equals(Map.of(field, 1))) {
                result.writeBytes(payload(field, wire.contentStart(), wire.fieldEnd()));
            } else {
                copy(wire.fieldStart(), wire.fieldEnd(), result);
            }
        }
        return result;
    }

    /** Whether a field holds a tensor, dense or sparse, and not several. */
    private static boolean isOneTensor(Descriptor message, int field) {
        FieldDescriptor descriptor = message.findFieldByNumber(field);
        return !descriptor.isRepeated()
                && (descriptor.getMessageType() == TensorProto.getDescriptor()
                        || descriptor.getMessageType() == SparseTensorProto.getDescriptor());
    }

    private Map<Integer, Integer> occurrences(int start, int end) throws MalformedMessageException {
        Map<Integer, Integer> counts = new HashMap<>();
        Wire wire = new Wire(encoded, start, end);
        while (wire.next()) {
            if (Wire.DATA_FIELDS.contains(wire.field())) {
                counts.merge(wire.field(), 1, Integer::sum);
            }
        }
        return counts;
    }

    private byte[] payload(int field, int start, int end) {
        payloads.add(new Payloads.Payload(file.part(start, end - start), new Origin.Inside()));
        return TensorProto.newBuilder()
                .setPayload(payload(payloads.size() - 1, field))
                .build()
                .toByteArray();
    }

    private static TensorProto.Payload payload(int index, int field) {
        return TensorProto.Payload.newBuilder().setIndex(index).setField(field).build();
    }

    private void copy(int start, int end, ByteArrayOutputStream target) {
        target.writeBytes(encoded.copy(start, end - start));
    }
}
