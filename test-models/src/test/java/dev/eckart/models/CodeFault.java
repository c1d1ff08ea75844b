package dev.eckart.models;

import ai.onnxruntime.platform.Fp16Conversions;
import com.google.protobuf.ByteString;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/** Mistakes that a model may have which stores weights as codes, each of which a proof has to find. */
enum CodeFault {
    /** The file stores a byte of codes with all bits inverted. */
    ONE_BYTE(Part.CODES, false),
    /** The same, with a checksum that fits it. */
    FORGED_BYTE(Part.CODES, true),
    /** The file stores zeros for all codes, and a checksum that fits them. */
    FORGED_ZEROS(Part.CODES, true),
    /** The file stores the codes in the opposite order, and a checksum that fits them. */
    FORGED_ORDER(Part.CODES, true),
    /** The file stores numbers in float16 that are 1 % too large, and a checksum that fits them. */
    FORGED_NUMBERS(Part.CODES, true),
    /** The nodes take numbers in float16 that are 1 % too large, which the file stores beside the right ones. */
    OTHER_NUMBERS(Part.CODES, false),
    /** The file stores scales that are 1 % too large, and a checksum that fits them. */
    FORGED_SCALES(Part.SCALES, true),
    /** The nodes take scales that are 1 % too large, which the file stores beside the right ones. */
    OTHER_SCALES(Part.SCALES, false),
    /** The file stores a factor that is added to the codes 1 % too large, and a checksum that fits it. */
    FORGED_TERM(Part.TERM, true),
    /** The nodes take a factor that is 1 % too large, which the file stores beside the right one. */
    OTHER_TERM(Part.TERM, false);

    /** Of weights, and of the factors of pairs. */
    private static final List<String> CODES = List.of("eckart.codes.", "eckart.factor.");

    private static final String CHECKSUM = "eckart.checksum.";

    private final Part part;
    private final boolean isForged;

    CodeFault(Part part, boolean isForged) {
        this.part = part;
        this.isForged = isForged;
    }

    private enum Part {
        CODES(1),
        SCALES(2),
        TERM(3);

        /** Where the tensor's name is in an entry: the number of bits comes first. */
        private final int field;

        Part(int field) {
            this.field = field;
        }
    }

    /** The model with the mistake in its first weight that is stored as codes; empty where that changes nothing. */
    Optional<ModelProto> plantedIn(ModelProto model) {
        Optional<String> name = model.getMetadataPropsList().stream()
                .filter(entry -> CODES.stream().anyMatch(entry.getKey()::startsWith))
                .map(entry -> List.of(entry.getValue().split(" ", -1)))
                .filter(fields -> fields.size() > part.field)
                .map(fields -> fields.get(part.field))
                .findFirst();
        return name.flatMap(tensor -> plantedIn(model, tensor));
    }

    private Optional<ModelProto> plantedIn(ModelProto model, String name) {
        ModelProto.Builder changed = model.toBuilder();
        Optional<TensorProto> planted = plant(changed.getGraphBuilder(), name);
        if (planted.isPresent() && isForged) {
            CRC32C sum = new CRC32C();
            sum.update(planted.get().getRawData().asReadOnlyByteBuffer());
            changed.getMetadataPropsBuilderList().stream()
                    .filter(entry -> entry.getKey().equals(CHECKSUM + name))
                    .forEach(entry -> entry.setValue("%08x".formatted(sum.getValue())));
        }
        return planted.map(unused -> changed.build());
    }

    /** The tensor as it is now, in whichever graph it is; empty if it is as before, or in none. */
    private Optional<TensorProto> plant(GraphProto.Builder graph, String name) {
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            TensorProto tensor = graph.getInitializer(i);
            if (tensor.getName().equals(name)) {
                TensorProto wrong = tensor.toBuilder()
                        .setRawData(ByteString.copyFrom(changed(tensor)))
                        .build();
                put(graph, i, wrong);
                return wrong.equals(tensor) ? Optional.empty() : Optional.of(wrong);
            }
        }
        return graph.getNodeBuilderList().stream()
                .flatMap(node -> node.getAttributeBuilderList().stream())
                .filter(attribute -> attribute.hasG())
                .flatMap(attribute -> plant(attribute.getGBuilder(), name).stream())
                .findFirst();
    }

    private void put(GraphProto.Builder graph, int place, TensorProto wrong) {
        if (isForged || this == ONE_BYTE) {
            graph.setInitializer(place, wrong);
            return;
        }
        String other = wrong.getName() + ".wrong";
        graph.addInitializer(wrong.toBuilder().setName(other));
        for (NodeProto.Builder node : graph.getNodeBuilderList()) {
            for (int input = 0; input < node.getInputCount(); input++) {
                if (node.getInput(input).equals(wrong.getName())) {
                    node.setInput(input, other);
                }
            }
        }
    }

    private byte[] changed(TensorProto tensor) {
        byte[] bytes = tensor.getRawData().toByteArray();
        switch (this) {
            // Wherever a byte holds less than it could, the first one holds a code.
            case ONE_BYTE, FORGED_BYTE -> bytes[0] ^= (byte) 0xFF;
            case FORGED_ZEROS -> Arrays.fill(bytes, (byte) 0);
            case FORGED_ORDER -> {
                int size = tensor.getDataType() == TensorProto.DataType.FLOAT16_VALUE ? Short.BYTES : 1;
                byte[] before = bytes.clone();
                for (int i = 0; i < bytes.length; i += size) {
                    System.arraycopy(before, i, bytes, bytes.length - size - i, size);
                }
            }
            case FORGED_NUMBERS, OTHER_NUMBERS -> {
                if (tensor.getDataType() == TensorProto.DataType.FLOAT16_VALUE) {
                    scale(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), tensor);
                }
            }
            case FORGED_SCALES, OTHER_SCALES, FORGED_TERM, OTHER_TERM ->
                scale(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), tensor);
        }
        return bytes;
    }

    private static void scale(ByteBuffer numbers, TensorProto tensor) {
        while (numbers.hasRemaining()) {
            switch (tensor.getDataType()) {
                case TensorProto.DataType.DOUBLE_VALUE ->
                    numbers.putDouble(1.01 * numbers.getDouble(numbers.position()));
                case TensorProto.DataType.FLOAT16_VALUE ->
                    numbers.putShort(Fp16Conversions.floatToFp16(
                            (float) (1.01 * Fp16Conversions.fp16ToFloat(numbers.getShort(numbers.position())))));
                default -> numbers.putFloat((float) (1.01 * numbers.getFloat(numbers.position())));
            }
        }
    }
}
