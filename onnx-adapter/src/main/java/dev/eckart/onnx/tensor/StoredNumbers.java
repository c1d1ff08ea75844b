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
    /** Numbers taken from the file at a time: few enough to stay in a processor's caches. */
    private static final int BUFFERED = 1 << 13;

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
            decode(bytes.read(start, (int) (end - start)), (int) (first % 2), some, target, at + done);
            done += some;
        }
    }

    /** By way of arrays, which are filled in bulk, and converted in loops that the JIT makes vectors of. */
    private void decode(ByteBuffer in, int firstNibble, int count, double[] target, int at) {
        switch (dataType) {
            case DataType.FLOAT_VALUE -> {
                float[] floats = new float[count];
                in.asFloatBuffer().get(floats);
                decode(floats, target, at);
            }
            case DataType.DOUBLE_VALUE -> in.asDoubleBuffer().get(target, at, count);
            case DataType.INT32_VALUE -> {
                int[] ints = new int[count];
                in.asIntBuffer().get(ints);
                decode(ints, target, at);
            }
            case DataType.INT8_VALUE, DataType.UINT8_VALUE -> {
                byte[] octets = new byte[count];
                in.get(octets);
                decode(octets, target, at);
            }
            case DataType.INT4_VALUE, DataType.UINT4_VALUE -> decodeNibbles(in, firstNibble, count, target, at);
            default -> {
                short[] shorts = new short[count];
                in.asShortBuffer().get(shorts);
                decode(shorts, target, at);
            }
        }
    }

    private static void decode(float[] in, double[] target, int at) {
        for (int i = 0; i < in.length; i++) {
            target[at + i] = in[i];
        }
    }

    private static void decode(int[] in, double[] target, int at) {
        for (int i = 0; i < in.length; i++) {
            target[at + i] = in[i];
        }
    }

    private void decode(byte[] in, double[] target, int at) {
        int mask = dataType == DataType.UINT8_VALUE ? 0xff : -1;
        for (int i = 0; i < in.length; i++) {
            target[at + i] = in[i] & mask;
        }
    }

    private void decode(short[] in, double[] target, int at) {
        switch (dataType) {
            case DataType.FLOAT16_VALUE -> {
                for (int i = 0; i < in.length; i++) {
                    target[at + i] = Halves.FLOATS[in[i] & 0xffff];
                }
            }
            case DataType.BFLOAT16_VALUE -> {
                for (int i = 0; i < in.length; i++) {
                    target[at + i] = Float.intBitsToFloat(in[i] << Short.SIZE);
                }
            }
            case DataType.INT16_VALUE -> {
                for (int i = 0; i < in.length; i++) {
                    target[at + i] = in[i];
                }
            }
            case DataType.UINT16_VALUE -> {
                for (int i = 0; i < in.length; i++) {
                    target[at + i] = in[i] & 0xffff;
                }
            }
            default -> throw new IllegalStateException("No number is read of type " + dataType);
        }
    }

    private void decodeNibbles(ByteBuffer in, int firstNibble, int count, double[] target, int at) {
        boolean signed = dataType == DataType.INT4_VALUE;
        for (int i = 0; i < count; i++) {
            int nibble = nibble(in, firstNibble + i);
            target[at + i] = signed ? (nibble ^ 8) - 8 : nibble;
        }
    }

    /** Two four-bit numbers are in a byte, the first one in its lower half. */
    private static int nibble(ByteBuffer in, int index) {
        return in.get(index / 2) >> (index % 2 * 4) & 0xf;
    }

    /** All of float16, made when first asked for: JDK 17 does not know the processor's instruction. */
    private static final class Halves {
        static final float[] FLOATS = new float[1 << Short.SIZE];

        static {
            for (int bits = 0; bits < FLOATS.length; bits++) {
                FLOATS[bits] = Fp16Conversions.fp16ToFloat((short) bits);
            }
        }
    }
}
