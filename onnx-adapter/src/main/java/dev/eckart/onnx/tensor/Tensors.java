package dev.eckart.onnx.tensor;

import ai.onnxruntime.platform.Fp16Conversions;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.model.ElementType;
import dev.eckart.onnx.file.Payloads;
import dev.eckart.onnx.file.RawSize;
import dev.eckart.onnx.file.Region;
import dev.eckart.onnx.file.Scratch;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/** The numbers of tensors: out of a message or its payloads, and into bytes. */
public final class Tensors {
    /** Numbers that are turned into bytes at a time. */
    private static final int CHUNK = 1 << 16;

    /** The bits of infinity; what has more is no number. */
    private static final int INFINITE_FLOAT32 = 0x7f800000;

    private static final long INFINITE_FLOAT64 = 0x7ff0000000000000L;
    private static final int INFINITE_FLOAT16 = 0x7c00;
    private static final int INFINITE_BFLOAT16 = 0x7f80;

    private Tensors() {}

    /** As messages name it: {@code [784×500]}. */
    public static String shape(List<Long> dims) {
        return dims.stream()
                .map(String::valueOf)
                .reduce((a, b) -> a + "×" + b)
                .map("[%s]"::formatted)
                .orElse("[]");
    }

    /**
     * Numbers that a tensor's dimensions declare.
     *
     * @throws InvalidInputException if a dimension is negative, or their product leaves the range of long
     */
    public static long elements(TensorProto tensor) {
        long elements = 1;
        for (long dim : tensor.getDimsList()) {
            if (dim < 0 || (dim != 0 && elements > Long.MAX_VALUE / dim)) {
                throw new InvalidInputException("tensor `%s` declares impossible dimensions: %s"
                        .formatted(tensor.getName(), shape(tensor.getDimsList())));
            }
            elements *= dim;
        }
        return elements;
    }

    /** Whether {@link #view} reads the numbers of a tensor's type. */
    public static boolean isReadable(TensorProto tensor) {
        return StoredNumbers.isReadable(tensor.getDataType());
    }

    /**
     * A tensor's numbers, read where they are stored.
     *
     * @return empty for types whose numbers are not read here, such as texts and eight-bit floats
     * @throws InvalidInputException if it holds another number of bytes than its dimensions and type declare
     */
    public static Optional<TensorView> view(TensorProto tensor, Payloads payloads) {
        if (!isReadable(tensor)) {
            return Optional.empty();
        }
        int bits = RawSize.bits(tensor.getDataType());
        Region bytes = bytes(tensor, bits, payloads);
        long declared = elements(tensor);
        boolean fits = declared <= Long.MAX_VALUE / bits
                && bytes.size() == declared * bits / Byte.SIZE + (declared * bits % Byte.SIZE == 0 ? 0 : 1);
        if (!fits) {
            throw new InvalidInputException("tensor `%s` declares %s numbers of %s but holds %d bytes"
                    .formatted(
                            tensor.getName(),
                            shape(tensor.getDimsList()),
                            TensorTypes.label(tensor.getDataType()),
                            bytes.size()));
        }
        return Optional.of(new TensorView(tensor.getDimsList(), new StoredNumbers(bytes, tensor.getDataType())));
    }

    /** Bytes that a tensor's numbers take in its file. */
    public static long storedBytes(TensorProto tensor) {
        return (elements(tensor) * RawSize.bits(tensor.getDataType()) + Byte.SIZE - 1) / Byte.SIZE;
    }

    /** The numbers of a tensor that tells positions, such as a shape; empty if it is of another type, or large. */
    public static Optional<List<Long>> positions(TensorProto tensor) {
        if (tensor.hasPayload()) {
            return Optional.empty();
        }
        boolean wide = tensor.getDataType() == DataType.INT64_VALUE;
        if (!wide && tensor.getDataType() != DataType.INT32_VALUE) {
            return Optional.empty();
        }
        if (!tensor.hasRawData()) {
            return Optional.of(
                    wide
                            ? tensor.getInt64DataList()
                            : tensor.getInt32DataList().stream()
                                    .map(Integer::longValue)
                                    .toList());
        }
        ByteBuffer bytes = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        int width = wide ? Long.BYTES : Integer.BYTES;
        Long[] numbers = new Long[bytes.remaining() / width];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = wide ? bytes.getLong() : (long) bytes.getInt();
        }
        return Optional.of(List.of(numbers));
    }

    /** The numbers as a file's {@code raw_data} would hold them: little-endian, in row-major order. */
    private static Region bytes(TensorProto tensor, int bits, Payloads payloads) {
        if (tensor.hasPayload()) {
            Region payload = payloads.get(tensor.getPayload().getIndex());
            // Packed floats and doubles are laid out as raw data is; packed integers are not.
            return tensor.getPayload().getField() == TensorProto.INT32_DATA_FIELD_NUMBER
                    ? Region.of(unpack(payload, bits))
                    : payload;
        }
        return Region.of(tensor.hasRawData() ? tensor.getRawData().asReadOnlyByteBuffer() : typedField(tensor, bits));
    }

    private static ByteBuffer typedField(TensorProto tensor, int bits) {
        return switch (tensor.getDataType()) {
            case DataType.FLOAT_VALUE -> {
                ByteBuffer bytes = allocate((long) tensor.getFloatDataCount() * Float.BYTES);
                tensor.getFloatDataList().forEach(bytes::putFloat);
                yield bytes.flip();
            }
            case DataType.DOUBLE_VALUE -> {
                ByteBuffer bytes = allocate((long) tensor.getDoubleDataCount() * Double.BYTES);
                tensor.getDoubleDataList().forEach(bytes::putDouble);
                yield bytes.flip();
            }
            default -> {
                ByteBuffer bytes = allocate((long) tensor.getInt32DataCount() * Integer.BYTES);
                tensor.getInt32DataList().forEach(number -> put(bytes, number, bits));
                yield bytes.flip();
            }
        };
    }

    /** Integers and 16-bit floats, each in a varint of up to five bytes, or of ten where its sign was extended. */
    private static ByteBuffer unpack(Region varints, int bits) {
        ByteBuffer bytes = allocate(Integer.BYTES * varints.size());
        int number = 0;
        int shift = 0;
        for (long from = 0; from < varints.size(); from += CHUNK) {
            ByteBuffer chunk = varints.read(from, (int) Math.min(CHUNK, varints.size() - from));
            while (chunk.hasRemaining()) {
                byte next = chunk.get();
                if (shift < Integer.SIZE) {
                    number |= (next & 0x7f) << shift;
                }
                shift += 7;
                if (next >= 0) {
                    put(bytes, number, bits);
                    number = 0;
                    shift = 0;
                }
            }
        }
        return bytes.flip();
    }

    /** One element of {@code int32_data}: a number, or a byte with two numbers of four bits in it. */
    private static void put(ByteBuffer bytes, int element, int bits) {
        switch (bits) {
            case Integer.SIZE -> bytes.putInt(element);
            case Short.SIZE -> bytes.putShort((short) element);
            default -> bytes.put((byte) element);
        }
    }

    /**
     * A tensor's numbers as bytes, rounded to the nearest numbers of a type.
     *
     * @param sink given the bytes in chunks, which it must not keep
     * @throws InvalidInputException if a number is too large for the type
     */
    public static void encode(TensorView view, ElementType type, String name, Consumer<ByteBuffer> sink) {
        chunks(view, type, name).forEachRemaining(sink);
    }

    /** As {@link #encode}, for bytes that are not to be on the heap. */
    public static Region store(TensorView view, ElementType type, String name, Scratch scratch) {
        return store(view, type, name, scratch, new CRC32C());
    }

    /** As {@link #store(TensorView, ElementType, String, Scratch)}, where the bytes are summed up, too. */
    public static Region store(TensorView view, ElementType type, String name, Scratch scratch, Checksum sum) {
        Iterator<ByteBuffer> chunks = chunks(view, type, name);
        return scratch.store(view.size() * type.bytes(), new Iterator<>() {
            @Override
            public boolean hasNext() {
                return chunks.hasNext();
            }

            @Override
            public ByteBuffer next() {
                ByteBuffer chunk = chunks.next();
                sum.update(chunk.duplicate());
                return chunk;
            }
        });
    }

    /** A tensor's numbers as float32, whatever they are; what lies between two numbers of that type is rounded. */
    public static Iterator<ByteBuffer> floats(TensorView view) {
        double[] numbers = new double[CHUNK];
        return LongStream.iterate(0, from -> from < view.size(), from -> from + CHUNK)
                .mapToObj(from -> {
                    int count = (int) Math.min(CHUNK, view.size() - from);
                    view.numbers().read(from, count, numbers, 0);
                    ByteBuffer bytes = allocate((long) count * Float.BYTES);
                    for (int i = 0; i < count; i++) {
                        bytes.putFloat((float) numbers[i]);
                    }
                    return bytes.flip();
                })
                .iterator();
    }

    /**
     * Gives the bytes of a tensor's numbers, as a file's {@code raw_data} holds them; none of a type that is not read here.
     *
     * @param sink given the bytes in parts, which it must not keep
     */
    public static void forEachPart(TensorProto tensor, Payloads payloads, Consumer<ByteBuffer> sink) {
        if (!isReadable(tensor)) {
            return;
        }
        Region bytes = bytes(tensor, RawSize.bits(tensor.getDataType()), payloads);
        for (long from = 0; from < bytes.size(); from += CHUNK) {
            sink.accept(bytes.read(from, (int) Math.min(CHUNK, bytes.size() - from)));
        }
    }

    /**
     * As {@link #store}, as memory that may be written: see {@link Scratch#storeMapped}.
     *
     * @throws ArithmeticException if it would have 2³¹ bytes or more
     */
    public static ByteBuffer storeMapped(TensorView view, ElementType type, String name, Scratch scratch) {
        return scratch.storeMapped(Math.toIntExact(view.size() * type.bytes()), chunks(view, type, name));
    }

    /** Each chunk is good until the next is asked for. */
    private static Iterator<ByteBuffer> chunks(TensorView view, ElementType type, String name) {
        double[] numbers = new double[CHUNK];
        ByteBuffer bytes = allocate((long) CHUNK * type.bytes());
        return LongStream.iterate(0, from -> from < view.size(), from -> from + CHUNK)
                .mapToObj(from -> {
                    int count = (int) Math.min(CHUNK, view.size() - from);
                    view.numbers().read(from, count, numbers, 0);
                    bytes.clear();
                    if (!put(bytes, type, numbers, count)) {
                        throw tooLarge(type, numbers, count, name);
                    }
                    return bytes.limit(count * type.bytes());
                })
                .iterator();
    }

    /** Puts numbers at the buffer's beginning, without a branch for each; false if one is then not finite. */
    private static boolean put(ByteBuffer bytes, ElementType type, double[] numbers, int count) {
        return switch (type) {
            case FLOAT32 -> {
                int[] floats = new int[count];
                int largest = 0;
                for (int i = 0; i < count; i++) {
                    floats[i] = Float.floatToRawIntBits((float) numbers[i]);
                    largest = Math.max(largest, floats[i] & Integer.MAX_VALUE);
                }
                bytes.asIntBuffer().put(floats);
                yield largest < INFINITE_FLOAT32;
            }
            case FLOAT64 -> {
                long largest = 0;
                for (int i = 0; i < count; i++) {
                    largest = Math.max(largest, Double.doubleToRawLongBits(numbers[i]) & Long.MAX_VALUE);
                }
                bytes.asDoubleBuffer().put(numbers, 0, count);
                yield largest < INFINITE_FLOAT64;
            }
            case FLOAT16 -> {
                int largest = 0;
                for (int i = 0; i < count; i++) {
                    short bits = Fp16Conversions.floatToFp16(roundedToOdd(numbers[i]));
                    largest = Math.max(largest, bits & Short.MAX_VALUE);
                    bytes.putShort(Short.BYTES * i, bits);
                }
                yield largest < INFINITE_FLOAT16;
            }
            case BFLOAT16 -> {
                int largest = 0;
                for (int i = 0; i < count; i++) {
                    short bits = Fp16Conversions.floatToBf16(roundedToOdd(numbers[i]));
                    largest = Math.max(largest, bits & Short.MAX_VALUE);
                    bytes.putShort(Short.BYTES * i, bits);
                }
                yield largest < INFINITE_BFLOAT16;
            }
        };
    }

    /** Of the first number that a type cannot hold, of some of which one is such. */
    private static InvalidInputException tooLarge(ElementType type, double[] numbers, int count, String name) {
        int first = 0;
        double[] one = new double[1];
        ByteBuffer bytes = allocate(type.bytes());
        do {
            one[0] = numbers[first++];
        } while (first < count && put(bytes, type, one, 1));
        return new InvalidInputException(
                "`%s`: %s is beyond the range of %s; --factors balanced makes the numbers smaller"
                        .formatted(name, one[0], type.label()));
    }

    /**
     * A double as a float from which rounding to a narrower type gives what rounding the double itself would: cut off,
     * with the last bit set if anything was lost (S. Boldo and G. Melquiond, 2008).
     */
    private static float roundedToOdd(double value) {
        float nearest = (float) value;
        if (nearest == value || Double.isNaN(value)) {
            return nearest;
        }
        int bits = Float.floatToRawIntBits(nearest);
        // One less is the next number towards zero.
        int cut = Math.abs((double) nearest) > Math.abs(value) ? bits - 1 : bits;
        return Float.intBitsToFloat(cut | 1);
    }

    /** A tensor message for numbers that are kept as a payload. */
    public static TensorProto ofPayload(String name, List<Long> dims, ElementType type, int payload) {
        return TensorProto.newBuilder()
                .setName(name)
                .addAllDims(dims)
                .setDataType(TensorTypes.dataType(type))
                .setPayload(
                        TensorProto.Payload.newBuilder().setIndex(payload).setField(TensorProto.RAW_DATA_FIELD_NUMBER))
                .build();
    }

    private static ByteBuffer allocate(long bytes) {
        return ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
    }
}
