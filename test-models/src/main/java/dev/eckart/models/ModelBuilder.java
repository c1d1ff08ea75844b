package dev.eckart.models;

import ai.onnxruntime.platform.Fp16Conversions;
import com.google.protobuf.ByteString;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.AttributeProto.AttributeType;
import dev.eckart.onnx.proto.FunctionProto;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.OperatorSetIdProto;
import dev.eckart.onnx.proto.SparseTensorProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.proto.TensorShapeProto;
import dev.eckart.onnx.proto.TypeProto;
import dev.eckart.onnx.proto.ValueInfoProto;
import dev.eckart.onnx.tensor.TensorTypes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Builds ONNX models in code. */
public final class ModelBuilder {
    private final GraphProto.Builder graph;
    private final ModelProto.Builder model;

    private ModelBuilder(String name, long opset) {
        this.graph = GraphProto.newBuilder().setName(name);
        this.model = ModelProto.newBuilder().setIrVersion(8).setProducerName("eckart-test-models");
        operators("", opset);
    }

    /** An empty model of a version of the standard operators. */
    public static ModelBuilder model(String name, long opset) {
        return new ModelBuilder(name, opset);
    }

    /** An input of floats; a dimension is a number, or the name of a symbolic size. */
    public ModelBuilder input(String name, Object... dims) {
        return input(name, DataType.FLOAT, dims);
    }

    public ModelBuilder input(String name, DataType type, Object... dims) {
        graph.addInput(value(name, type, dims));
        return this;
    }

    public ModelBuilder output(String name, Object... dims) {
        return output(name, DataType.FLOAT, dims);
    }

    public ModelBuilder output(String name, DataType type, Object... dims) {
        graph.addOutput(value(name, type, dims));
        return this;
    }

    /** A weight of float32, in raw data. */
    public ModelBuilder weight(String name, Matrix values) {
        return initializer(tensor(name, values, ElementType.FLOAT32));
    }

    public ModelBuilder initializer(TensorProto tensor) {
        graph.addInitializer(tensor);
        return this;
    }

    /** A node; its name is that of its output and operator. */
    public ModelBuilder node(String operator, List<String> inputs, String output, AttributeProto... attributes) {
        return node(node(operator, inputs, List.of(output), attributes));
    }

    public ModelBuilder node(NodeProto node) {
        graph.addNode(node);
        return this;
    }

    /** Further operators, of a domain. */
    public ModelBuilder operators(String domain, long version) {
        model.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version));
        return this;
    }

    /** The version of the format. */
    public ModelBuilder format(long version) {
        model.setIrVersion(version);
        return this;
    }

    public ModelBuilder function(FunctionProto function) {
        model.addFunctions(function);
        return this;
    }

    public ModelBuilder sparse(SparseTensorProto tensor) {
        graph.addSparseInitializer(tensor);
        return this;
    }

    /** What is known of a value between nodes; dimensions as in {@link #input}. */
    public ModelBuilder known(String name, DataType type, Object... dims) {
        graph.addValueInfo(value(name, type, dims));
        return this;
    }

    /** The graph alone, to be a subgraph. */
    public GraphProto graph() {
        return graph.build();
    }

    public ModelProto build() {
        return model.setGraph(graph).build();
    }

    public static NodeProto node(
            String operator, List<String> inputs, List<String> outputs, AttributeProto... attributes) {
        return NodeProto.newBuilder()
                .setOpType(operator)
                .setName(outputs.get(0) + "_" + operator)
                .addAllInput(inputs)
                .addAllOutput(outputs)
                .addAllAttribute(List.of(attributes))
                .build();
    }

    public static AttributeProto attribute(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INT)
                .setI(value)
                .build();
    }

    public static AttributeProto attribute(String name, float value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.FLOAT)
                .setF(value)
                .build();
    }

    public static AttributeProto attribute(String name, List<Long> values) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INTS)
                .addAllInts(values)
                .build();
    }

    public static AttributeProto attribute(String name, TensorProto value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.TENSOR)
                .setT(value)
                .build();
    }

    public static AttributeProto attribute(String name, String value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value))
                .build();
    }

    public static AttributeProto attribute(String name, GraphProto value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.GRAPH)
                .setG(value)
                .build();
    }

    /** A matrix as a tensor, in raw data. */
    public static TensorProto tensor(String name, Matrix values, ElementType type) {
        return tensor(name, values, type, List.of((long) values.rows(), (long) values.columns()));
    }

    /** The numbers of a matrix as a tensor of some dimensions, in raw data. */
    public static TensorProto tensor(String name, Matrix values, ElementType type, List<Long> dims) {
        double[] numbers = values.toArray();
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (double number : numbers) {
            switch (type) {
                case FLOAT32 -> bytes.putFloat((float) number);
                case FLOAT64 -> bytes.putDouble(number);
                case FLOAT16 -> bytes.putShort(Fp16Conversions.floatToFp16((float) number));
                case BFLOAT16 -> bytes.putShort(Fp16Conversions.floatToBf16((float) number));
            }
        }
        return TensorProto.newBuilder()
                .setName(name)
                .addAllDims(dims)
                .setDataType(TensorTypes.dataType(type))
                .setRawData(ByteString.copyFrom(bytes.flip()))
                .build();
    }

    /** Whole numbers as a tensor. */
    public static TensorProto integers(String name, List<Long> dims, Long... values) {
        return TensorProto.newBuilder()
                .setName(name)
                .addAllDims(dims)
                .setDataType(DataType.INT64_VALUE)
                .addAllInt64Data(List.of(values))
                .build();
    }

    private static ValueInfoProto value(String name, DataType type, Object... dims) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (Object dim : dims) {
            shape.addDim(
                    dim instanceof Integer size
                            ? TensorShapeProto.Dimension.newBuilder().setDimValue(size)
                            : TensorShapeProto.Dimension.newBuilder().setDimParam(dim.toString()));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(type.getNumber())
                                .setShape(shape)))
                .build();
    }
}
