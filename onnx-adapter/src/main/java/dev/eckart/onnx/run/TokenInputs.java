package dev.eckart.onnx.run;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyType;
import dev.eckart.onnx.file.OnnxReader;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorShapeProto;
import dev.eckart.onnx.proto.TypeProto;
import dev.eckart.onnx.proto.ValueInfoProto;
import dev.eckart.onnx.tensor.TensorTypes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The inputs of a model of texts, as exporters of transformers name them: {@code input_ids}, {@code attention_mask} and {@code
 * token_type_ids}, each {@code [texts × positions]}.
 */
public final class TokenInputs {
    /** What an input of tokens is of. */
    public enum Part {
        INPUT_IDS,
        ATTENTION_MASK,
        TOKEN_TYPE_IDS;

        /** As models name it. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** An input of the model, and the type that it takes. */
    private record Taken(Part part, NpyType type) {}

    private final List<Taken> inputs;
    private final OptionalInt positions;
    private final int texts;

    private TokenInputs(List<Taken> inputs, OptionalInt positions, int texts) {
        this.inputs = List.copyOf(inputs);
        this.positions = positions;
        this.texts = texts;
    }

    /**
     * Reads which inputs of tokens a model has.
     *
     * @throws InvalidInputException if it cannot be read, or takes something else than tokens
     */
    public static TokenInputs of(Path model) {
        GraphProto graph = OnnxReader.read(model).message().getGraph();
        Set<String> constant =
                graph.getInitializerList().stream().map(TensorProto::getName).collect(Collectors.toSet());
        List<ValueInfoProto> values = graph.getInputList().stream()
                .filter(input -> !constant.contains(input.getName()))
                .toList();
        List<Taken> inputs = new ArrayList<>();
        List<TensorShapeProto> shapes = new ArrayList<>();
        for (ValueInfoProto value : values) {
            inputs.add(taken(model, value));
            shapes.add(value.getType().getTensorType().getShape());
        }
        if (inputs.stream().noneMatch(input -> input.part == Part.INPUT_IDS)) {
            throw new InvalidInputException(
                    "`%s` has no input `input_ids`; expected a model of texts, whose inputs are %s"
                            .formatted(model, labels()));
        }
        OptionalInt texts = fixed(model, shapes, 0);
        return new TokenInputs(inputs, fixed(model, shapes, 1), texts.orElse(1));
    }

    private static Taken taken(Path model, ValueInfoProto value) {
        Part part = List.of(Part.values()).stream()
                .filter(each -> each.label().equals(value.getName()))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException(
                        "`%s` takes `%s`, which is made of no text; expected a model whose inputs are among %s"
                                .formatted(model, value.getName(), labels())));
        TypeProto.Tensor tensor = value.getType().getTensorType();
        if (tensor.hasShape() && tensor.getShape().getDimCount() != 2) {
            throw new InvalidInputException("input `%s` of `%s` has %d axes; expected 2, of texts and of positions"
                    .formatted(part.label(), model, tensor.getShape().getDimCount()));
        }
        NpyType type = switch (tensor.getElemType()) {
            case TensorProto.DataType.INT64_VALUE -> NpyType.INT64;
            case TensorProto.DataType.INT32_VALUE -> NpyType.INT32;
            case TensorProto.DataType.FLOAT_VALUE -> NpyType.FLOAT32;
            default ->
                throw new InvalidInputException("input `%s` of `%s` is %s; expected int64, int32 or float32"
                        .formatted(part.label(), model, TensorTypes.label(tensor.getElemType())));
        };
        return new Taken(part, type);
    }

    private static String labels() {
        return List.of(Part.values()).stream()
                .map(part -> "`" + part.label() + "`")
                .collect(Collectors.joining(", "));
    }

    /** How long an axis must be, in all inputs that say so. */
    private static OptionalInt fixed(Path model, List<TensorShapeProto> shapes, int axis) {
        List<Long> lengths = shapes.stream()
                .filter(shape ->
                        shape.getDimCount() > axis && shape.getDim(axis).hasDimValue())
                .map(shape -> shape.getDim(axis).getDimValue())
                .distinct()
                .toList();
        if (lengths.isEmpty()) {
            return OptionalInt.empty();
        }
        if (lengths.size() > 1 || lengths.get(0) < 1 || lengths.get(0) > Integer.MAX_VALUE) {
            throw new InvalidInputException(
                    "`%s` takes inputs of different lengths along axis %d: %s".formatted(model, axis, lengths));
        }
        return OptionalInt.of(lengths.get(0).intValue());
    }

    /** How many positions the model takes, if that is fixed. */
    public OptionalInt positions() {
        return positions;
    }

    /** How many texts the model takes at a time, and any multiple of which are samples: 1 where it takes any number. */
    public int texts() {
        return texts;
    }

    /**
     * Tokens of a text.
     *
     * @param ids of its tokens, those of the model's own at the start and the end included
     * @param types of the same, which tell sentences of a pair apart
     */
    public record Text(List<Long> ids, List<Long> types) {
        public Text {
            ids = List.copyOf(ids);
            types = List.copyOf(types);
            if (ids.size() != types.size()) {
                throw new IllegalArgumentException(
                        "Expected as many types as tokens but was: %d and %d".formatted(types.size(), ids.size()));
            }
        }
    }

    /**
     * What stands where a text has no tokens.
     *
     * @param id of the token
     * @param left whether texts are at the ends of their rows
     */
    public record Filler(long id, boolean left) {}

    /**
     * The model's inputs for some texts, in its order, in the types that it takes: filled up to the longest text, or to as many
     * positions as the model takes.
     *
     * @param texts one or more, none of more tokens than that
     */
    public Map<String, NpyArray> arrays(List<Text> texts, Filler filler) {
        int length = positions.orElseGet(
                () -> texts.stream().mapToInt(text -> text.ids.size()).max().orElseThrow());
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        for (Taken input : inputs) {
            ByteBuffer bytes = ByteBuffer.allocate(
                            Math.multiplyExact(Math.multiplyExact(texts.size(), length), input.type.bytes()))
                    .order(ByteOrder.LITTLE_ENDIAN);
            for (Text text : texts) {
                int start = filler.left ? length - text.ids.size() : 0;
                for (int position = 0; position < length; position++) {
                    int token = position - start;
                    boolean within = token >= 0 && token < text.ids.size();
                    put(bytes, input.type, number(input.part, text, token, within, filler));
                }
            }
            arrays.put(input.part.label(), NpyArray.of(input.type, List.of(texts.size(), length), bytes.flip()));
        }
        return arrays;
    }

    private static long number(Part part, Text text, int token, boolean within, Filler filler) {
        return switch (part) {
            case INPUT_IDS -> within ? text.ids.get(token) : filler.id;
            case ATTENTION_MASK -> within ? 1 : 0;
            case TOKEN_TYPE_IDS -> within ? text.types.get(token) : 0;
        };
    }

    private static void put(ByteBuffer bytes, NpyType type, long number) {
        switch (type) {
            case INT64 -> bytes.putLong(number);
            case INT32 -> bytes.putInt(Math.toIntExact(number));
            case FLOAT32 -> bytes.putFloat((float) number);
            case BOOL, INT8, INT16, UINT8, UINT16, UINT32, UINT64, FLOAT16, BFLOAT16, FLOAT64 ->
                throw new IllegalStateException("Expected a type of inputs of tokens but was: " + type);
        }
    }
}
