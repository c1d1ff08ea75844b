package dev.eckart.onnx.tensor;

import dev.eckart.core.model.ElementType;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** ONNX's numbers for element types, as the engine's types. */
public final class TensorTypes {
    /** Types that positions, shapes, flags and texts are stored in, and weights never are. */
    private static final Set<DataType> NEVER_WEIGHTS = Set.of(
            DataType.UNDEFINED,
            DataType.INT32,
            DataType.INT64,
            DataType.UINT32,
            DataType.UINT64,
            DataType.INT16,
            DataType.UINT16,
            DataType.BOOL,
            DataType.STRING,
            DataType.COMPLEX64,
            DataType.COMPLEX128);

    private TensorTypes() {}

    /** The engine's type, for those that factors can be stored in. */
    public static Optional<ElementType> elementType(int dataType) {
        return switch (dataType) {
            case DataType.FLOAT_VALUE -> Optional.of(ElementType.FLOAT32);
            case DataType.DOUBLE_VALUE -> Optional.of(ElementType.FLOAT64);
            case DataType.FLOAT16_VALUE -> Optional.of(ElementType.FLOAT16);
            case DataType.BFLOAT16_VALUE -> Optional.of(ElementType.BFLOAT16);
            default -> Optional.empty();
        };
    }

    /** ONNX's number for an engine's type. */
    public static int dataType(ElementType type) {
        return switch (type) {
            case FLOAT32 -> DataType.FLOAT_VALUE;
            case FLOAT64 -> DataType.DOUBLE_VALUE;
            case FLOAT16 -> DataType.FLOAT16_VALUE;
            case BFLOAT16 -> DataType.BFLOAT16_VALUE;
        };
    }

    /** Whether weights come in this type, quantized ones included. */
    public static boolean mayHoldWeights(int dataType) {
        DataType known = DataType.forNumber(dataType);
        return known == null || !NEVER_WEIGHTS.contains(known);
    }

    /** As reports call it: {@code float32}, {@code int8}. */
    public static String label(int dataType) {
        DataType known = DataType.forNumber(dataType);
        return elementType(dataType)
                .map(ElementType::label)
                .orElseGet(
                        () -> known == null ? "type " + dataType : known.name().toLowerCase(Locale.ROOT));
    }
}
