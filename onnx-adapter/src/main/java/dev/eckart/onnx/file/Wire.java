package dev.eckart.onnx.file;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.TensorProto;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A walk over the fields of an encoded protobuf message.
 *
 * <p>protobuf-java copies every {@code bytes} field to the heap, however large. Reading and writing here take the
 * encoded message apart just far enough to leave the data of large tensors where it is.
 */
final class Wire {
    /** As deep as protobuf itself reads. */
    static final int MAX_DEPTH = 100;

    /** The data fields of a tensor, whose content may be kept as a payload. */
    static final Set<Integer> DATA_FIELDS = Set.of(
            TensorProto.RAW_DATA_FIELD_NUMBER,
            TensorProto.FLOAT_DATA_FIELD_NUMBER,
            TensorProto.INT32_DATA_FIELD_NUMBER,
            TensorProto.INT64_DATA_FIELD_NUMBER,
            TensorProto.DOUBLE_DATA_FIELD_NUMBER,
            TensorProto.UINT64_DATA_FIELD_NUMBER);

    /** For each message in which a tensor may be: the fields to look for it in. */
    private static final Map<Descriptor, Map<Integer, Descriptor>> TOWARDS_TENSORS = towardsTensors();

    private final EncodedBytes bytes;
    private final int end;
    private int position;
    private int fieldStart;
    private int tag;
    private int contentStart;

    /** A walk over {@code bytes} from {@code start} to {@code end}, by absolute index. */
    Wire(EncodedBytes bytes, int start, int end) {
        this.bytes = bytes;
        this.position = start;
        this.end = end;
    }

    /** The message in a field, if a tensor may be in it. */
    static @Nullable Descriptor towardsTensors(Descriptor message, int field) {
        return TOWARDS_TENSORS.getOrDefault(message, Map.of()).get(field);
    }

    /** The numbers of a message's fields in which a tensor may be, in their order. */
    static Set<Integer> towardsTensors(Descriptor message) {
        return TOWARDS_TENSORS.getOrDefault(message, Map.of()).keySet();
    }

    private static Map<Descriptor, Map<Integer, Descriptor>> towardsTensors() {
        Set<Descriptor> messages = new HashSet<>();
        collect(ModelProto.getDescriptor(), messages);
        Set<Descriptor> reaching = new HashSet<>(Set.of(TensorProto.getDescriptor()));
        boolean grown = true;
        while (grown) {
            grown = false;
            for (Descriptor message : messages) {
                boolean reaches = message.getFields().stream()
                        .anyMatch(field -> isMessage(field) && reaching.contains(field.getMessageType()));
                grown |= reaches && reaching.add(message);
            }
        }
        Map<Descriptor, Map<Integer, Descriptor>> towards = new HashMap<>();
        for (Descriptor message : reaching) {
            Map<Integer, Descriptor> fields = new TreeMap<>();
            for (FieldDescriptor field : message.getFields()) {
                if (isMessage(field) && reaching.contains(field.getMessageType())) {
                    fields.put(field.getNumber(), field.getMessageType());
                }
            }
            towards.put(message, fields);
        }
        return towards;
    }

    private static void collect(Descriptor message, Set<Descriptor> seen) {
        if (seen.add(message)) {
            message.getFields().stream()
                    .filter(Wire::isMessage)
                    .forEach(field -> collect(field.getMessageType(), seen));
        }
    }

    private static boolean isMessage(FieldDescriptor field) {
        return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
    }

    /**
     * Goes to the next field; false at the end.
     *
     * @throws MalformedMessageException if the bytes are not those of a message
     */
    boolean next() throws MalformedMessageException {
        if (position == end) {
            return false;
        }
        fieldStart = position;
        tag = (int) varint();
        if (field() == 0) {
            throw new MalformedMessageException("field number 0 at byte " + fieldStart);
        }
        skipContent(tag, 0);
        return true;
    }

    private void skipContent(int fieldTag, int depth) throws MalformedMessageException {
        contentStart = position;
        switch (WireFormat.getTagWireType(fieldTag)) {
            case WireFormat.WIRETYPE_VARINT -> varint();
            case WireFormat.WIRETYPE_FIXED32 -> advance(4);
            case WireFormat.WIRETYPE_FIXED64 -> advance(8);
            case WireFormat.WIRETYPE_LENGTH_DELIMITED -> {
                long length = varint();
                contentStart = position;
                advance(length);
            }
            case WireFormat.WIRETYPE_START_GROUP -> skipGroup(WireFormat.getTagFieldNumber(fieldTag), depth);
            default -> throw new MalformedMessageException("an unknown wire type at byte " + fieldStart);
        }
    }

    private void skipGroup(int field, int depth) throws MalformedMessageException {
        if (depth > MAX_DEPTH) {
            throw new MalformedMessageException("groups nested deeper than " + MAX_DEPTH);
        }
        int endTag = (field << 3) | WireFormat.WIRETYPE_END_GROUP;
        int inner = (int) varint();
        while (inner != endTag) {
            skipContent(inner, depth + 1);
            inner = (int) varint();
        }
    }

    private long varint() throws MalformedMessageException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (position == end) {
                throw new MalformedMessageException("the file ends within a number");
            }
            byte next = bytes.get(position++);
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new MalformedMessageException("a number longer than 64 bits at byte " + fieldStart);
    }

    private void advance(long length) throws MalformedMessageException {
        if (length < 0 || length > end - position) {
            throw new MalformedMessageException("a field of %s bytes at byte %d, where %d bytes are left"
                    .formatted(Long.toUnsignedString(length), fieldStart, end - position));
        }
        position += (int) length;
    }

    int field() {
        return WireFormat.getTagFieldNumber(tag);
    }

    boolean isLengthDelimited() {
        return WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
    }

    /** Index of the first byte of the field, tag included. */
    int fieldStart() {
        return fieldStart;
    }

    /** Index of the first byte of the field's content. */
    int contentStart() {
        return contentStart;
    }

    /** Index after the last byte of the field. */
    int fieldEnd() {
        return position;
    }

    /** The tag and length with which a length-delimited field begins. */
    static byte[] prefix(int field, long length) {
        int tag = (field << 3) | WireFormat.WIRETYPE_LENGTH_DELIMITED;
        ByteBuffer prefix = ByteBuffer.allocate(
                CodedOutputStream.computeUInt32SizeNoTag(tag) + CodedOutputStream.computeUInt64SizeNoTag(length));
        putVarint(prefix, tag & 0xffffffffL);
        putVarint(prefix, length);
        return prefix.array();
    }

    private static void putVarint(ByteBuffer target, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            target.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        target.put((byte) rest);
    }
}
