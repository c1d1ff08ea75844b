package dev.eckart.core.npy;

import java.nio.ByteBuffer;
import java.util.Locale;

/** The number types that an array may hold; each stands in {@code descr} by its kind and its size in bytes. */
public enum NpyType {
    BOOL("b1"),
    INT8("i1"),
    INT16("i2"),
    INT32("i4"),
    INT64("i8"),
    UINT8("u1"),
    UINT16("u2"),
    UINT32("u4"),
    UINT64("u8"),
    FLOAT16("f2"),
    /** NumPy itself has no such type: this is what it writes of arrays of the one of {@code ml_dtypes}. */
    BFLOAT16("V2"),
    FLOAT32("f4"),
    FLOAT64("f8");

    private final String code;

    NpyType(String code) {
        this.code = code;
    }

    /** As NumPy calls it: {@code float32}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Size of one number. */
    public int bytes() {
        return code.charAt(1) - '0';
    }

    /** Whether every value is a whole number; true and false count as 1 and 0. */
    public boolean isInteger() {
        return code.charAt(0) != 'f' && this != BFLOAT16;
    }

    /** Kind and size, without the byte order: {@code f4}. */
    String code() {
        return code;
    }

    /** The whole number that stands at a byte of a little-endian buffer. */
    long longAt(ByteBuffer bytes, int at) {
        return switch (this) {
            case BOOL -> bytes.get(at) == 0 ? 0 : 1;
            case INT8 -> bytes.get(at);
            case INT16 -> bytes.getShort(at);
            case INT32 -> bytes.getInt(at);
            case INT64 -> bytes.getLong(at);
            case UINT8 -> Byte.toUnsignedLong(bytes.get(at));
            case UINT16 -> Short.toUnsignedLong(bytes.getShort(at));
            case UINT32 -> Integer.toUnsignedLong(bytes.getInt(at));
            case UINT64 -> {
                long value = bytes.getLong(at);
                if (value < 0) {
                    throw new ArithmeticException(
                            "%s does not fit a signed 64-bit integer".formatted(Long.toUnsignedString(value)));
                }
                yield value;
            }
            case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 ->
                throw new IllegalStateException("Expected an array of integers but was: " + label());
        };
    }

    /** The number that stands at a byte of a little-endian buffer; 64-bit integers are rounded to double. */
    double doubleAt(ByteBuffer bytes, int at) {
        return switch (this) {
            case FLOAT16 -> halfToDouble(bytes.getShort(at));
            // The upper half of a float32.
            case BFLOAT16 -> Float.intBitsToFloat(bytes.getShort(at) << Short.SIZE);
            case FLOAT32 -> bytes.getFloat(at);
            case FLOAT64 -> bytes.getDouble(at);
            case UINT64 -> {
                long value = bytes.getLong(at);
                // Halved, with the bit that is lost kept as a tie-breaker, so that rounding is the same as unsigned.
                yield value >= 0 ? value : 2.0 * ((value >>> 1) | (value & 1));
            }
            case BOOL, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32 -> longAt(bytes, at);
        };
    }

    /** IEEE 754 binary16: a sign bit, 5 bits of exponent, 10 of fraction. */
    private static double halfToDouble(short half) {
        int exponent = (half >> 10) & 0x1f;
        int fraction = half & 0x3ff;
        double magnitude = switch (exponent) {
            case 0 -> fraction * 0x1p-24;
            case 0x1f -> fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
            default -> Math.scalb((double) (fraction + 0x400), exponent - 25);
        };
        return half < 0 ? -magnitude : magnitude;
    }
}
