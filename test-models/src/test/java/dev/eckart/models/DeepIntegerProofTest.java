package dev.eckart.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.Progress;
import dev.eckart.core.encode.EncodingOrder;
import dev.eckart.core.encode.Int8Encoding;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.npy.NpyType;
import dev.eckart.core.rank.EnergyRankSelector;
import dev.eckart.core.scan.WeightFilter;
import dev.eckart.core.verify.RewriteCheck;
import dev.eckart.core.verify.RewriteProof;
import dev.eckart.models.encoder.EncoderShape;
import dev.eckart.models.encoder.SyntheticEncoder;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.calibrate.CalibrationInputs;
import dev.eckart.onnx.file.ExternalData;
import dev.eckart.onnx.job.CompressionJob;
import dev.eckart.onnx.job.Engine;
import dev.eckart.onnx.job.Limits;
import dev.eckart.onnx.job.Selection;
import dev.eckart.onnx.job.Target;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.run.InputSource;
import dev.eckart.onnx.run.Session;
import dev.eckart.onnx.verify.ModelVerifier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whether an encoder of several layers, all of whose products are of integers, is told from one with a mistake in it. */
class DeepIntegerProofTest {
    private static final int LAYERS = 4;
    private static final int SAMPLES = 12;
    private static final int LENGTH = 16;
    private static final int WORDS = 200;

    @TempDir
    private static Path folder;

    private static Path original = Path.of("");
    private static Path encoded = Path.of("");

    @BeforeAll
    static void compress() throws IOException {
        original = folder.resolve("encoder.onnx");
        encoded = folder.resolve("encoded.onnx");
        new SyntheticEncoder(new EncoderShape(64, 128, LAYERS, 4, WORDS), 3).write(original);
        Path inputs = folder.resolve("inputs.npz");
        NpyFile.writeAll(
                inputs,
                Map.of(
                        "input_ids", longs(new Random(1).ints((long) SAMPLES * LENGTH, 0, WORDS).asLongStream().toArray()),
                        "attention_mask", longs(new Random(1).ints((long) SAMPLES * LENGTH, 1, 2).asLongStream().toArray())));
        new CompressionJob(new Engine("test", EjmlDecomposer::new, 1, folder, Progress.NONE))
                .compress(
                        original,
                        new Target(encoded, false, false, false, ExternalData.AUTO),
                        new Selection(
                                        "",
                                        new EnergyRankSelector(1),
                                        WeightFilter.ALL,
                                        FactorPair.Balance.PLAIN,
                                        false,
                                        false,
                                        Optional.of(new CalibrationInputs(inputs, Optional.empty())))
                                .encodings(new EncodingOrder(List.of(new Int8Encoding(5)))),
                        Optional.empty(),
                        Limits.NONE);
    }

    private static NpyArray longs(long... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(numbers);
        return NpyArray.of(NpyType.INT64, List.of(SAMPLES, LENGTH), bytes);
    }

    private RewriteCheck prove(Path model) {
        try (ModelVerifier verifier = ModelVerifier.open(
                        original,
                        OnnxNetwork.read(original),
                        new InputSource.MadeUp(),
                        Optional.empty(),
                        List.of(),
                        1,
                        1,
                        folder,
                        EjmlDecomposer::new);
                Session session = Session.open(model, Session.Optimization.ALL, 1)) {
            return verifier.prove(session, OnnxNetwork.read(model)).get(0);
        }
    }

    private static long products(ModelProto model) {
        return model.getGraph().getNodeList().stream()
                .filter(node -> node.getOpType().equals("MatMulInteger"))
                .count();
    }

    @Test
    void should_prove_it() throws IOException {
        assertThat(products(ModelProto.parseFrom(Files.readAllBytes(encoded)))).isEqualTo(6 * LAYERS);
        assertThat(prove(encoded)).isInstanceOfSatisfying(RewriteProof.class, proof -> {
            assertThat(proof.holds()).as(proof.toString()).isTrue();
            // The noise of a float, and not that of inputs that are rounded otherwise.
            assertThat(proof.error()).isLessThan(1e-5);
        });
    }

    private enum Mistake {
        STEP_TOO_LARGE {
            @Override
            ModelProto in(ModelProto model) {
                // What a unit of an input stands for, by 1 %.
                return inserting(model, "DynamicQuantizeLinear", 1, "Mul", 1.01f);
            }
        },
        OTHER_INPUT {
            @Override
            ModelProto in(ModelProto model) {
                List<String> rounded = model.getGraph().getNodeList().stream()
                        .filter(node -> node.getOpType().equals("DynamicQuantizeLinear"))
                        .map(node -> node.getInput(0))
                        .toList();
                return changing(model, "DynamicQuantizeLinear", LAST, node -> node.toBuilder()
                        .setInput(0, rounded.get(rounded.size() - 5))
                        .build());
            }
        },
        ANOTHER_PRODUCTS_SCALES {
            @Override
            ModelProto in(ModelProto model) {
                List<NodeProto> scaling = model.getGraph().getNodeList().stream()
                        .filter(node -> node.getOpType().equals("Mul") && node.getInput(1).endsWith(".scales"))
                        .toList();
                // Query and key have as many.
                String other = scaling.get(scaling.size() - 6).getInput(1);
                String own = scaling.get(scaling.size() - 5).getInput(1);
                GraphProto.Builder graph = model.getGraph().toBuilder().clearNode();
                model.getGraph().getNodeList().forEach(node -> graph.addNode(
                        node.getInputCount() > 1 && node.getInput(1).equals(own)
                                ? node.toBuilder().setInput(1, other).build()
                                : node));
                return model.toBuilder().setGraph(graph).build();
            }
        },
        RESULT_TOO_LARGE {
            @Override
            ModelProto in(ModelProto model) {
                return inserting(model, "Cast", 0, "Mul", 1.01f);
            }
        };

        private static final int LAST = -1;

        abstract ModelProto in(ModelProto model);

        /** With a change to a node of an operator, counted from the last one back. */
        static ModelProto changing(ModelProto model, String operator, int which, UnaryOperator<NodeProto> change) {
            List<NodeProto> nodes = new ArrayList<>(model.getGraph().getNodeList());
            List<Integer> found = new ArrayList<>();
            for (int i = 0; i < nodes.size(); i++) {
                if (nodes.get(i).getOpType().equals(operator)) {
                    found.add(i);
                }
            }
            int at = found.get(found.size() + which);
            nodes.set(at, change.apply(nodes.get(at)));
            return model.toBuilder()
                    .setGraph(model.getGraph().toBuilder().clearNode().addAllNode(nodes))
                    .build();
        }

        /** With an output of the middle one of the nodes that follow integers multiplied by a number. */
        static ModelProto inserting(ModelProto model, String operator, int output, String by, float number) {
            List<NodeProto> nodes = new ArrayList<>();
            List<NodeProto> all = model.getGraph().getNodeList();
            List<NodeProto> candidates = all.stream()
                    .filter(node -> node.getOpType().equals(operator)
                            && (!operator.equals("Cast") || node.getOutput(0).endsWith(".numbers"))
                            && all.stream()
                                    .noneMatch(before -> before.getOpType().equals("Reshape")
                                            && node.getInputList().contains(before.getOutput(0))))
                    .toList();
            NodeProto middle = candidates.get(candidates.size() * 2 / 3);
            for (NodeProto node : all) {
                if (node != middle) {
                    nodes.add(node);
                    continue;
                }
                String value = node.getOutput(output);
                nodes.add(node.toBuilder().setOutput(output, value + ".right").build());
                nodes.add(NodeProto.newBuilder()
                        .setOpType(by)
                        .addInput(value + ".right")
                        .addInput("mistake")
                        .addOutput(value)
                        .build());
            }
            return model.toBuilder()
                    .setGraph(model.getGraph().toBuilder()
                            .clearNode()
                            .addAllNode(nodes)
                            .addInitializer(TensorProto.newBuilder()
                                    .setName("mistake")
                                    .setDataType(DataType.FLOAT_VALUE)
                                    .addFloatData(number)))
                    .build();
        }
    }

    @ParameterizedTest
    @EnumSource
    void should_refute_a_mistake_of_one_product(Mistake mistake) throws IOException {
        ModelProto right = ModelProto.parseFrom(Files.readAllBytes(encoded));
        Path wrong = Files.write(
                folder.resolve("wrong-%s.onnx".formatted(mistake)),
                mistake.in(right).toByteArray());

        assertThat(prove(wrong))
                .isInstanceOfSatisfying(
                        RewriteProof.class,
                        proof -> assertThat(proof.holds()).as(proof.toString()).isFalse());
    }
}
