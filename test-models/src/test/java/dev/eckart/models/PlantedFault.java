package dev.eckart.models;

import ai.onnxruntime.platform.Fp16Conversions;
import com.google.protobuf.ByteString;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** Mistakes that a compressed model may have, each of which a proof has to find. */
enum PlantedFault {
    /** The nodes take a first factor that is 1 % too large, which the file stores beside the right one. */
    SCALED_FACTOR(Target.FIRST_FACTOR, Place.NODES, Change.SCALE),
    /** The nodes take a second factor with two columns in each other's place. */
    SWAPPED_COLUMNS(Target.SECOND_FACTOR, Place.NODES, Change.SWAP),
    /** The nodes take zeros for a second factor. */
    ZEROED_PRODUCT(Target.SECOND_FACTOR, Place.NODES, Change.ZERO),
    /** The file stores zeros for a bias, one of the original's or one that the compression added. */
    DROPPED_BIAS(Target.BIAS, Place.STORAGE, Change.ZERO),
    /** The file itself stores a factor that is 1 % too large. */
    SCALED_STORAGE(Target.FIRST_FACTOR, Place.STORAGE, Change.SCALE),
    /** The file itself stores zeros for a factor. */
    ZEROED_STORAGE(Target.SECOND_FACTOR, Place.STORAGE, Change.ZERO),
    /** The file stores a factor that is 1 % too large, and a checksum that fits it. */
    FORGED_SCALE(Target.FIRST_FACTOR, Place.STORAGE_AND_CHECKSUM, Change.SCALE),
    /** The file stores a factor with two columns in each other's place, and a checksum that fits it. */
    FORGED_COLUMNS(Target.SECOND_FACTOR, Place.STORAGE_AND_CHECKSUM, Change.SWAP),
    /** The file stores zeros for a factor, and a checksum that fits them. */
    FORGED_ZEROS(Target.SECOND_FACTOR, Place.STORAGE_AND_CHECKSUM, Change.ZERO);

    private static final String PAIR = "eckart.pair.";
    private static final String CHECKSUM = "eckart.checksum.";

    private final Target target;
    private final Place place;
    private final Change change;

    PlantedFault(Target target, Place place, Change change) {
        this.target = target;
        this.place = place;
        this.change = change;
    }

    private enum Target {
        FIRST_FACTOR,
        SECOND_FACTOR,
        BIAS;

        /** The names of such tensors. */
        List<String> in(ModelProto model) {
            return switch (this) {
                case FIRST_FACTOR -> factors(model, 0);
                case SECOND_FACTOR -> factors(model, 1);
                case BIAS -> biases(model);
            };
        }
    }

    private enum Place {
        /** The right tensor stays where it is, and nodes take another. */
        NODES,
        STORAGE,
        STORAGE_AND_CHECKSUM
    }

    private enum Change {
        SCALE,
        SWAP,
        ZERO;

        /** @param dims of the tensor that the numbers are of */
        void make(double[] numbers, List<Long> dims) {
            switch (this) {
                case SCALE -> {
                    for (int i = 0; i < numbers.length; i++) {
                        numbers[i] *= 1.01;
                    }
                }
                case SWAP -> swap(numbers, dims);
                case ZERO -> Arrays.fill(numbers, 0);
            }
        }
    }

    /** Whether it is the products that tell of the mistake, which those of a weight of zeros do not. */
    boolean isInProducts() {
        return place != Place.STORAGE;
    }

    /** The model with each mistake of this kind that changes a number. */
    List<ModelProto> plantedIn(ModelProto model) {
        return target.in(model).stream()
                .distinct()
                // Any change of what is stored is found in one way, whichever tensor it is.
                .limit(this == SCALED_STORAGE || this == ZEROED_STORAGE ? 1 : Long.MAX_VALUE)
                .map(name -> plant(model.getGraph(), name)
                        .map(graph -> model.toBuilder().setGraph(graph).build())
                        .map(wrong -> place == Place.STORAGE_AND_CHECKSUM ? withChecksum(wrong, name) : wrong))
                .flatMap(Optional::stream)
                .toList();
    }

    private static List<String> factors(ModelProto model, int which) {
        return model.getMetadataPropsList().stream()
                .filter(entry -> entry.getKey().startsWith(PAIR))
                .map(entry -> List.of(entry.getValue().split(" ", -1)).get(which))
                .toList();
    }

    private static List<String> biases(ModelProto model) {
        Set<String> taken = new LinkedHashSet<>();
        for (NodeProto node : model.getGraph().getNodeList()) {
            switch (node.getOpType()) {
                case "Gemm", "Conv" -> node.getInputList().stream().skip(2).forEach(taken::add);
                case "Add" -> taken.addAll(node.getInputList());
                default -> {}
            }
        }
        return model.getGraph().getInitializerList().stream()
                .map(TensorProto::getName)
                .filter(taken::contains)
                .toList();
    }

    private Optional<GraphProto> plant(GraphProto graph, String name) {
        GraphProto.Builder changed = graph.toBuilder();
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            TensorProto tensor = graph.getInitializer(i);
            if (!tensor.getName().equals(name)) {
                continue;
            }
            double[] numbers = numbers(tensor);
            double[] before = numbers.clone();
            change.make(numbers, tensor.getDimsList());
            if (Arrays.equals(numbers, before)) {
                return Optional.empty();
            }
            String wrong = name + ".wrong";
            if (place != Place.NODES) {
                return Optional.of(
                        changed.setInitializer(i, with(tensor, numbers)).build());
            }
            changed.addInitializer(with(tensor.toBuilder().setName(wrong).build(), numbers));
            for (int node = 0; node < graph.getNodeCount(); node++) {
                changed.setNode(node, renamed(graph.getNode(node), name, wrong));
            }
            return Optional.of(changed.build());
        }
        for (int i = 0; i < graph.getNodeCount(); i++) {
            NodeProto node = graph.getNode(i);
            for (int j = 0; j < node.getAttributeCount(); j++) {
                Optional<GraphProto> inner = plant(node.getAttribute(j).getG(), name);
                if (inner.isPresent()) {
                    changed.getNodeBuilder(i).getAttributeBuilder(j).setG(inner.get());
                    return Optional.of(changed.build());
                }
            }
        }
        return Optional.empty();
    }

    private static ModelProto withChecksum(ModelProto model, String name) {
        ModelProto.Builder changed = model.toBuilder();
        find(model.getGraph(), name).ifPresent(tensor -> {
            CRC32C sum = new CRC32C();
            sum.update(tensor.getRawData().asReadOnlyByteBuffer());
            for (int i = 0; i < model.getMetadataPropsCount(); i++) {
                if (model.getMetadataProps(i).getKey().equals(CHECKSUM + name)) {
                    changed.getMetadataPropsBuilder(i).setValue("%08x".formatted(sum.getValue()));
                }
            }
        });
        return changed.build();
    }

    private static Optional<TensorProto> find(GraphProto graph, String name) {
        return Stream.concat(
                        graph.getInitializerList().stream()
                                .filter(tensor -> tensor.getName().equals(name)),
                        graph.getNodeList().stream()
                                .flatMap(node -> node.getAttributeList().stream())
                                .flatMap(attribute -> find(attribute.getG(), name).stream()))
                .findFirst();
    }

    private static NodeProto renamed(NodeProto node, String from, String to) {
        NodeProto.Builder changed = node.toBuilder().clearInput();
        node.getInputList().forEach(input -> changed.addInput(input.equals(from) ? to : input));
        for (AttributeProto.Builder attribute : changed.getAttributeBuilderList()) {
            if (attribute.hasG()) {
                GraphProto.Builder graph = attribute.getGBuilder();
                for (int i = 0; i < graph.getNodeCount(); i++) {
                    graph.setNode(i, renamed(graph.getNode(i), from, to));
                }
            }
        }
        return changed.build();
    }

    /** Swaps the first column of a matrix and the one that differs the most from it; of a kernel, filters. */
    private static void swap(double[] numbers, List<Long> dims) {
        boolean kernel = dims.size() == 4;
        int count = Math.toIntExact(kernel ? dims.get(0) : dims.get(dims.size() - 1));
        int other = numbers.length / count;
        int best = 0;
        double most = 0;
        for (int column = 1; column < count; column++) {
            double difference = 0;
            for (int i = 0; i < other; i++) {
                difference += Math.abs(
                        numbers[place(kernel, count, other, 0, i)] - numbers[place(kernel, count, other, column, i)]);
            }
            if (difference > most) {
                most = difference;
                best = column;
            }
        }
        for (int i = 0; i < other; i++) {
            int one = place(kernel, count, other, 0, i);
            int two = place(kernel, count, other, best, i);
            double number = numbers[one];
            numbers[one] = numbers[two];
            numbers[two] = number;
        }
    }

    private static int place(boolean first, int count, int other, int column, int i) {
        return first ? column * other + i : i * count + column;
    }

    private static double[] numbers(TensorProto tensor) {
        if (!tensor.hasRawData()) {
            return Stream.concat(
                            tensor.getFloatDataList().stream().map(Float::doubleValue),
                            tensor.getDoubleDataList().stream())
                    .mapToDouble(Double::doubleValue)
                    .toArray();
        }
        ByteBuffer bytes = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        List<Double> numbers = new ArrayList<>();
        while (bytes.hasRemaining()) {
            numbers.add(
                    switch (tensor.getDataType()) {
                        case DataType.FLOAT_VALUE -> (double) bytes.getFloat();
                        case DataType.DOUBLE_VALUE -> bytes.getDouble();
                        case DataType.FLOAT16_VALUE -> (double) Fp16Conversions.fp16ToFloat(bytes.getShort());
                        case DataType.BFLOAT16_VALUE -> (double) Fp16Conversions.bf16ToFloat(bytes.getShort());
                        default -> throw new AssertionError("a bias of type " + tensor.getDataType());
                    });
        }
        return numbers.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static TensorProto with(TensorProto tensor, double[] numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (double number : numbers) {
            switch (tensor.getDataType()) {
                case DataType.FLOAT_VALUE -> bytes.putFloat((float) number);
                case DataType.DOUBLE_VALUE -> bytes.putDouble(number);
                case DataType.FLOAT16_VALUE -> bytes.putShort(Fp16Conversions.floatToFp16((float) number));
                case DataType.BFLOAT16_VALUE -> bytes.putShort(Fp16Conversions.floatToBf16((float) number));
                default -> throw new AssertionError("a bias of type " + tensor.getDataType());
            }
        }
        return tensor.toBuilder()
                .clearFloatData()
                .clearDoubleData()
                .setRawData(ByteString.copyFrom(bytes.flip()))
                .build();
    }
}
