package dev.eckart.onnx.tensor;

import ai.onnxruntime.platform.Fp16Conversions;
import dev.eckart.onnx.file.RawSize;
import dev.eckart.onnx.file.Region;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.nio.ByteBuffer;

/**
 * Numbers in little-endian bytes.
 *
 * @param dataType one that {@link #isReadable}
 */
record StoredNumbers(Region bytes, int dataType) implements Numbers {
    private static final int BUFFERED = 1 << 16;

    static boolean isReadable(int dataType) {
        return switch (dataType) {
            case DataType.FLOAT_VALUE,
                    DataType.DOUBLE_VALUE,
                    DataType.FLOAT16_VALUE,
                    DataType.BFLOAT16_VALUE,
                    DataType.INT8_VALUE,
                    DataType.UINT8_VALUE,
                    DataType.INT16_VALUE,
                    DataType.UINT16_VALUE,
                    DataType.INT32_VALUE,
                    DataType.INT4_VALUE,
                    DataType.UINT4_VALUE -> true;
            default -> false;
        };
    }

    @Override
    public void read(long from, int count, double[] target, int at) {
        int bits = RawSize.bits(dataType);
        for (int done = 0; done < count; ) {
            long first = from + done;
            int some = Math.min(BUFFERED, count - done);
            long start = first * bits / Byte.SIZE;
            long end = ((first + some) * bits + Byte.SIZE - 1) / Byte.SIZE;
            decode(bytes.slice(start, (int) (end - start)), (int) (first % 2), some, target, at + done);
            done += some;
        }
    }

    private void decode(ByteBuffer in, int firstNibble, int count, double[] target, int at) {
        for (int i = 0; i < count; i++) {
            target[at + i] = switch (dataType) {
                case DataType.FLOAT_VALUE -> in.getFloat(Float.BYTES * i);
                case DataType.DOUBLE_VALUE -> in.getDouble(Double.BYTES * i);
                case DataType.FLOAT16_VALUE -> Fp16Conversions.fp16ToFloat(in.getShort(Short.BYTES * i));
                case DataType.BFLOAT16_VALUE -> Fp16Conversions.bf16ToFloat(in.getShort(Short.BYTES * i));
                case DataType.INT8_VALUE -> in.get(i);
                case DataType.UINT8_VALUE -> in.get(i) & 0xff;
                case DataType.INT16_VALUE -> in.getShort(Short.BYTES * i);
                case DataType.UINT16_VALUE -> in.getShort(Short.BYTES * i) & 0xffff;
                case DataType.INT32_VALUE -> in.getInt(Integer.BYTES * i);
                case DataType.UINT4_VALUE -> nibble(in, firstNibble + i);
                case DataType.INT4_VALUE -> (nibble(in, firstNibble + i) ^ 8) - 8;
                default -> throw new IllegalStateException("No number is read of type " + dataType);
            };
        }
    }

    /** Two four-bit numbers are in a byte, the first one in its lower half. */
    private static int nibble(ByteBuffer in, int index) {
        return in.get(index / 2) >> (index % 2 * 4) & 0xf;
    }
}
