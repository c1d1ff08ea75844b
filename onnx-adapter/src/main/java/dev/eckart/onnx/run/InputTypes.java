package dev.eckart.onnx.run;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.platform.Fp16Conversions;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntToDoubleFunction;

/** Inputs of one model, as another takes them that differs in the floating-point types of its inputs. */
public final class InputTypes {
    private static final Set<OnnxJavaType> FLOATING =
            Set.of(OnnxJavaType.FLOAT, OnnxJavaType.DOUBLE, OnnxJavaType.FLOAT16);

    private InputTypes() {}

    /** Whether inputs of one type can be rounded to another, or are of the same. */
    public static boolean areAlike(OnnxJavaType one, OnnxJavaType other) {
        return one == other || (FLOATING.contains(one) && FLOATING.contains(other));
    }

    /**
     * The arrays in the types that a model takes, rounded where these are narrower.
     *
     * @param inputs of the model
     * @param arrays by the names of its inputs; those of other names, and of other types than floating-point ones, stay as
     *     they are
     */
    public static Map<String, NpyArray> fit(List<ModelInput> inputs, Map<String, NpyArray> arrays) {
        Map<String, NpyArray> fitted = new LinkedHashMap<>(arrays);
        for (ModelInput input : inputs) {
            fitted.computeIfPresent(input.name(), (name, array) -> fit(input.type(), array));
        }
        return fitted;
    }

    /**
     * The arrays with every number of float32 and float64 moved by two of its smallest steps, up or down, so that a model
     * shows how much rounding may move what it gives.
     */
    public static Map<String, NpyArray> nudge(Map<String, NpyArray> arrays) {
        Map<String, NpyArray> nudged = new LinkedHashMap<>(arrays);
        nudged.replaceAll((name, array) -> switch (array.type()) {
            case FLOAT32 -> as(array.type(), array, i -> array.doubleAt(i) * (1 + sign(i) * 0x1p-22));
            case FLOAT64 -> as(array.type(), array, i -> array.doubleAt(i) * (1 + sign(i) * 0x1p-51));
            case FLOAT16, BFLOAT16, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, BOOL -> array;
        });
        return nudged;
    }

    /** +1 or −1, for each place another, and always the same. */
    private static int sign(int place) {
        return Integer.bitCount(place * 0x9e3779b9) % 2 == 0 ? 1 : -1;
    }

    private static NpyArray fit(OnnxJavaType type, NpyArray array) {
        return array.type().isInteger() || array.type() == NpyType.BOOL
                ? array
                : switch (type) {
                    case FLOAT -> as(NpyType.FLOAT32, array);
                    case DOUBLE -> as(NpyType.FLOAT64, array);
                    case FLOAT16 -> as(NpyType.FLOAT16, array);
                    case BFLOAT16 -> as(NpyType.BFLOAT16, array);
                    case INT8, INT16, INT32, INT64, UINT8, BOOL, STRING, UNKNOWN -> array;
                };
    }

    private static NpyArray as(NpyType type, NpyArray array) {
        return array.type() == type ? array : as(type, array, array::doubleAt);
    }

    private static NpyArray as(NpyType type, NpyArray array, IntToDoubleFunction numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(array.size(), type.bytes()))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < array.size(); i++) {
            double number = numbers.applyAsDouble(i);
            if (type == NpyType.FLOAT64) {
                bytes.putDouble(number);
            } else if (type == NpyType.FLOAT32) {
                bytes.putFloat((float) number);
            } else if (type == NpyType.BFLOAT16) {
                bytes.putShort(Fp16Conversions.floatToBf16((float) number));
            } else {
                bytes.putShort(Fp16Conversions.floatToFp16((float) number));
            }
        }
        return NpyArray.of(type, array.shape(), bytes.flip());
    }
}
