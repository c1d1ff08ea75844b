package dev.eckart.onnx.tensor;

import ai.onnxruntime.platform.Fp16Conversions;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.Transposed;
import dev.eckart.core.model.ElementType;
import dev.eckart.onnx.file.Payloads;
import dev.eckart.onnx.file.Region;
import dev.eckart.onnx.proto.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The numbers of tensors: out of a message or its payloads, and into bytes. */
public final class Tensors {
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

    /**
     * A two-dimensional tensor as a matrix, read where it is stored.
     *
     * @param transposed whether to read it as its transpose
     * @throws InvalidInputException if it holds another number of bytes than its dimensions and type declare
     */
    public static MatrixSource matrix(TensorProto tensor, Payloads payloads, boolean transposed) {
        ElementType type = TensorTypes.elementType(tensor.getDataType()).orElseThrow();
        Region bytes = bytes(tensor, type, payloads);
        long declared = elements(tensor);
        if (bytes.size() / type.bytes() != declared || bytes.size() % type.bytes() != 0) {
            throw new InvalidInputException("tensor `%s` declares %s numbers of %s but holds %d bytes"
                    .formatted(tensor.getName(), shape(tensor.getDimsList()), type.label(), bytes.size()));
        }
        MatrixSource stored =
                new StoredMatrix(bytes, type, Math.toIntExact(tensor.getDims(0)), Math.toIntExact(tensor.getDims(1)));
        return transposed ? new Transposed(stored) : stored;
    }

    /** The numbers as a file's {@code raw_data} would hold them: little-endian, row by row. */
    private static Region bytes(TensorProto tensor, ElementType type, Payloads payloads) {
        if (tensor.hasPayload()) {
            Region payload = payloads.get(tensor.getPayload().getIndex());
            // Packed floats and doubles are laid out as raw data is; packed integers are not.
            return tensor.getPayload().getField() == TensorProto.INT32_DATA_FIELD_NUMBER
                    ? Region.of(unpack16(payload.slice(0, Math.toIntExact(payload.size()))))
                    : payload;
        }
        return Region.of(tensor.hasRawData() ? tensor.getRawData().asReadOnlyByteBuffer() : typedField(tensor, type));
    }

    private static ByteBuffer typedField(TensorProto tensor, ElementType type) {
        return switch (type) {
            case FLOAT32 -> {
                ByteBuffer bytes = allocate((long) tensor.getFloatDataCount() * Float.BYTES);
                tensor.getFloatDataList().forEach(bytes::putFloat);
                yield bytes.flip();
            }
            case FLOAT64 -> {
                ByteBuffer bytes = allocate((long) tensor.getDoubleDataCount() * Double.BYTES);
                tensor.getDoubleDataList().forEach(bytes::putDouble);
                yield bytes.flip();
            }
            case FLOAT16, BFLOAT16 -> {
                ByteBuffer bytes = allocate((long) tensor.getInt32DataCount() * Short.BYTES);
                tensor.getInt32DataList().forEach(bits -> bytes.putShort(bits.shortValue()));
                yield bytes.flip();
            }
        };
    }

    /** 16-bit floats, each in a varint of up to three bytes, or of ten where its sign was extended, as 16-bit floats. */
    private static ByteBuffer unpack16(ByteBuffer varints) {
        ByteBuffer bytes = allocate(2L * varints.remaining());
        int bits = 0;
        int shift = 0;
        while (varints.hasRemaining()) {
            byte next = varints.get();
            if (shift < Short.SIZE) {
                bits |= (next & 0x7f) << shift;
            }
            shift += 7;
            if (next >= 0) {
                bytes.putShort((short) bits);
                bits = 0;
                shift = 0;
            }
        }
        return bytes.flip();
    }

    /**
     * A matrix as the bytes of a tensor, rounded to the nearest numbers of its type.
     *
     * @throws InvalidInputException if a number is too large for the type
     */
    public static ByteBuffer encode(Matrix matrix, ElementType type, String name) {
        ByteBuffer bytes = allocate((long) matrix.rows() * matrix.columns() * type.bytes());
        double[] row = new double[matrix.columns()];
        for (int i = 0; i < matrix.rows(); i++) {
            matrix.read(i, 0, 1, row.length, row);
            for (double value : row) {
                put(bytes, type, value, name);
            }
        }
        return bytes.flip();
    }

    private static void put(ByteBuffer bytes, ElementType type, double value, String name) {
        int at = bytes.position();
        switch (type) {
            case FLOAT32 -> bytes.putFloat((float) value);
            case FLOAT64 -> bytes.putDouble(value);
            case FLOAT16 -> bytes.putShort(Fp16Conversions.floatToFp16((float) value));
            case BFLOAT16 -> bytes.putShort(Fp16Conversions.floatToBf16((float) value));
        }
        if (!Double.isFinite(StoredMatrix.number(bytes, type, at))) {
            throw new InvalidInputException("`%s`: %s is too large for %s; `--factors balanced` makes smaller numbers"
                    .formatted(name, value, type.label()));
        }
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
