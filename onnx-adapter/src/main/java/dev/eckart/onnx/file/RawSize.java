package dev.eckart.onnx.file;

import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.util.OptionalLong;

/** How many bytes a tensor's numbers take as raw data. */
public final class RawSize {
    private RawSize() {}

    /**
     * By its dimensions and type; empty for types that newer formats may add, and for texts.
     *
     * @throws InvalidInputException if a dimension is negative, or the bytes leave the range of long
     */
    static OptionalLong of(TensorProto tensor) {
        int bits = bits(tensor.getDataType());
        if (bits == 0) {
            return OptionalLong.empty();
        }
        try {
            long numbers = 1;
            for (long dim : tensor.getDimsList()) {
                numbers = Math.multiplyExact(numbers, dim);
                if (dim < 0) {
                    throw new ArithmeticException("negative dimension");
                }
            }
            return OptionalLong.of(
                    bits >= Byte.SIZE
                            ? Math.multiplyExact(numbers, bits / Byte.SIZE)
                            : Math.addExact(numbers, Byte.SIZE / bits - 1) / (Byte.SIZE / bits));
        } catch (ArithmeticException e) {
            throw new InvalidInputException(
                    "tensor `%s` declares impossible dimensions: %s".formatted(tensor.getName(), tensor.getDimsList()),
                    e);
        }
    }

    /** Bits that a number of a type takes; 0 for texts, and for types that newer formats may add. */
    public static int bits(int dataType) {
        return switch (dataType) {
            case DataType.INT2_VALUE, DataType.UINT2_VALUE -> 2;
            case DataType.INT4_VALUE, DataType.UINT4_VALUE, DataType.FLOAT4E2M1_VALUE -> 4;
            case DataType.INT8_VALUE,
                    DataType.UINT8_VALUE,
                    DataType.BOOL_VALUE,
                    DataType.FLOAT8E4M3FN_VALUE,
                    DataType.FLOAT8E4M3FNUZ_VALUE,
                    DataType.FLOAT8E5M2_VALUE,
                    DataType.FLOAT8E5M2FNUZ_VALUE,
                    DataType.FLOAT8E8M0_VALUE -> 8;
            case DataType.INT16_VALUE, DataType.UINT16_VALUE, DataType.FLOAT16_VALUE, DataType.BFLOAT16_VALUE -> 16;
            case DataType.INT32_VALUE, DataType.UINT32_VALUE, DataType.FLOAT_VALUE -> 32;
            case DataType.INT64_VALUE, DataType.UINT64_VALUE, DataType.DOUBLE_VALUE, DataType.COMPLEX64_VALUE -> 64;
            case DataType.COMPLEX128_VALUE -> 128;
            default -> 0;
        };
    }
}
