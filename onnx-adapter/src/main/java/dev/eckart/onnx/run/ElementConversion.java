package dev.eckart.onnx.run;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.platform.Fp16Conversions;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Arrays as the element type that a model wants. Whole numbers stay as they are, or are refused; floating-point numbers are
 * rounded to other floating-point types, which is noted.
 */
final class ElementConversion {
    private static final Map<OnnxJavaType, NpyType> TYPES = Map.of(
            OnnxJavaType.FLOAT, NpyType.FLOAT32,
            OnnxJavaType.DOUBLE, NpyType.FLOAT64,
            OnnxJavaType.FLOAT16, NpyType.FLOAT16,
            OnnxJavaType.BFLOAT16, NpyType.BFLOAT16,
            OnnxJavaType.INT8, NpyType.INT8,
            OnnxJavaType.INT16, NpyType.INT16,
            OnnxJavaType.INT32, NpyType.INT32,
            OnnxJavaType.INT64, NpyType.INT64,
            OnnxJavaType.UINT8, NpyType.UINT8,
            OnnxJavaType.BOOL, NpyType.BOOL);

    private static final double TWO_TO_63 = 0x1p63;

    private ElementConversion() {}

    /**
     * Refuses an input that is no tensor.
     *
     * @throws InvalidInputException if it is a sequence, a map or an optional value
     */
    static void requireTensor(ModelInput input) {
        if (input.type() == OnnxJavaType.UNKNOWN) {
            throw new InvalidInputException(
                    "input `%s` takes no tensor, and cannot be fed from arrays".formatted(input.name()));
        }
    }

    /**
     * An array in an input's type.
     *
     * @param note what was changed for it, for the user; empty if every number is the same
     */
    record Converted(NpyArray array, Optional<String> note) {}

    /**
     * The array in an input's type.
     *
     * @throws InvalidInputException if the input takes a type that arrays cannot have, a whole number would change, or a
     *     number is beyond the type's range
     */
    static Converted to(NpyArray array, ModelInput input, String origin) {
        NpyType wanted = TYPES.get(input.type());
        if (wanted == null) {
            throw new InvalidInputException(
                    "input `%s` takes %s, which cannot be fed from arrays".formatted(input.name(), input.describe()));
        }
        if (array.type() == wanted) {
            return new Converted(array, Optional.empty());
        }
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(array.size(), wanted.bytes()))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < array.size(); i++) {
            put(bytes, wanted, array, i);
        }
        NpyArray converted = NpyArray.of(wanted, array.shape(), bytes.flip());
        boolean rounds = !array.type().isInteger() && !wanted.isInteger();
        double largest = 0;
        for (int i = 0; i < array.size(); i++) {
            if (isSame(converted, array, i)) {
                continue;
            }
            if (!rounds || !Double.isFinite(converted.doubleAt(i))) {
                throw new InvalidInputException(
                        "%s: array `%s` is %s and input takes %s, but %s cannot be stored as %s without a change"
                                .formatted(
                                        origin,
                                        input.name(),
                                        array.type().label(),
                                        wanted.label(),
                                        array.doubleAt(i),
                                        wanted.label()));
            }
            largest = Math.max(largest, Math.abs(converted.doubleAt(i) - array.doubleAt(i)));
        }
        Optional<String> note = largest == 0
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%s: array `%s` is %s and is rounded to %s, the type of the input; the largest change is %.1e",
                        origin,
                        input.name(),
                        array.type().label(),
                        wanted.label(),
                        largest));
        return new Converted(converted, note);
    }

    private static void put(ByteBuffer bytes, NpyType type, NpyArray from, int i) {
        switch (type) {
            case FLOAT32 -> bytes.putFloat((float) from.doubleAt(i));
            case FLOAT64 -> bytes.putDouble(from.doubleAt(i));
            case FLOAT16 -> bytes.putShort(Fp16Conversions.floatToFp16((float) from.doubleAt(i)));
            case BFLOAT16 -> bytes.putShort(Fp16Conversions.floatToBf16((float) from.doubleAt(i)));
            case INT8, UINT8 -> bytes.put((byte) whole(from, i));
            case BOOL -> bytes.put((byte) (from.doubleAt(i) != 0 ? 1 : 0));
            case INT16, UINT16 -> bytes.putShort((short) whole(from, i));
            case INT32, UINT32 -> bytes.putInt((int) whole(from, i));
            case INT64, UINT64 -> bytes.putLong(whole(from, i));
        }
    }

    private static long whole(NpyArray from, int i) {
        // What is beyond a long becomes another number, which is then refused.
        return from.type().isInteger() && from.doubleAt(i) < TWO_TO_63 ? from.longAt(i) : (long) from.doubleAt(i);
    }

    private static boolean isSame(NpyArray one, NpyArray other, int i) {
        double number = one.doubleAt(i);
        if (number != other.doubleAt(i)) {
            return false;
        }
        // Integers beyond ±2⁵³ may be another number than their double.
        boolean integers = one.type().isInteger() || other.type().isInteger();
        return !integers || (number < TWO_TO_63 && exact(one, i) == exact(other, i));
    }

    private static long exact(NpyArray array, int i) {
        return array.type().isInteger() ? array.longAt(i) : (long) array.doubleAt(i);
    }
}
