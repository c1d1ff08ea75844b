package dev.eckart.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.Progress;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.rank.RankSelector;
import dev.eckart.core.rank.RankStrategies;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.WeightEntry;
import dev.eckart.core.scan.WeightFilter;
import dev.eckart.core.verify.RewriteProof;
import dev.eckart.core.verify.Verification;
import dev.eckart.onnx.job.CompressionJob;
import dev.eckart.onnx.job.Engine;
import dev.eckart.onnx.job.Evaluation;
import dev.eckart.onnx.job.Limits;
import dev.eckart.onnx.job.Selection;
import dev.eckart.onnx.job.Target;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layers that are factored as one, and defaults that are taken for constants. */
class SelectionTest {
    @TempDir
    private Path folder;

    private Path small() {
        return folder.resolve("small.onnx");
    }

    @Test
    void should_factor_layers_on_one_input_with_one_first_factor() throws IOException {
        Report report = compress("attention", "numerical", true, false);
        ModelProto compressed = ModelProto.parseFrom(Files.readAllBytes(small()));

        WeightEntry joint = report.weights().get(0);
        assertThat(report.weights()).hasSize(1);
        assertThat(joint.name()).isEqualTo("query.weight+key.weight+value.weight");
        assertThat(joint.decided().rank()).isEqualTo(5);
        assertThat(joint.storage().parametersAfter()).isEqualTo(5 * (32 + 3 * 32));
        assertThat(compressed.getGraph().getInitializerList())
                .extracting(TensorProto::getName)
                .contains(joint.name() + ".B", "query.weight.A", "key.weight.A", "value.weight.A")
                .noneMatch(name -> name.endsWith(".weight"));
        assertThat(compressed.getGraph().getNodeList())
                .filteredOn(node -> node.getInputList().contains(joint.name() + ".B"))
                .hasSize(1);
        assertThat(compressed.getGraph().getNodeList().stream().map(NodeProto::getOpType))
                .filteredOn("MatMul"::equals)
                .hasSize(6);
        assertProved(report);
        assertThat(report.checks().verification().orElseThrow().outputs().get(0).relativeError())
                .isLessThan(1e-5);
    }

    @Test
    void should_lose_less_jointly_than_apart_at_the_same_number_of_parameters() throws IOException {
        // 4·(32+96) = 512 numbers against 3·2·(32+32) = 384, and 3·3·64 = 576.
        Report joint = compress("attention", "fixed:4", true, false);
        Report apart = compress("attention", "fixed:3", false, false);

        assertThat(joint.networks().output().orElseThrow().linearParameters())
                .isLessThan(apart.networks().output().orElseThrow().linearParameters());
        assertThat(error(joint)).isLessThan(error(apart));
    }

    @Test
    void should_change_inputs_with_defaults_only_if_told_to() throws IOException {
        Report kept = compress("frozen-in-older-format", "numerical", false, false);
        assertThat(kept.weights()).extracting(WeightEntry::outcome).containsExactly(WeightEntry.Outcome.SKIPPED);
        assertThat(ModelProto.parseFrom(Files.readAllBytes(small())).getGraph())
                .isEqualTo(model("frozen-in-older-format").getGraph());

        Report frozen = compress("frozen-in-older-format", "numerical", false, true);
        ModelProto compressed = ModelProto.parseFrom(Files.readAllBytes(small()));

        assertThat(frozen.weights()).extracting(WeightEntry::outcome).containsExactly(WeightEntry.Outcome.FACTORED);
        assertThat(compressed.getGraph().getInputList())
                .extracting(ValueInfoProto::getName)
                .containsExactly("x", "axes", "w.B", "w.A");
        assertProved(frozen);
    }

    @Test
    void should_prove_a_rewrite_of_frozen_defaults_from_the_two_files() throws IOException {
        compress("frozen-in-older-format", "fixed:2", false, true);

        Report verified =
                job().verify(folder.resolve("original.onnx"), small(), Evaluation.onMadeUpInputs(1), Limits.NONE);

        assertProved(verified);
    }

    private static double error(Report report) {
        return report.checks().verification().orElseThrow().outputs().get(0).relativeError();
    }

    private static void assertProved(Report report) {
        assertThat(report.checks().verification().flatMap(Verification::proof).map(RewriteProof::holds))
                .isEqualTo(Optional.of(true));
    }

    private static ModelProto model(String name) {
        return Catalogue.all().stream()
                .filter(model -> model.name().equals(name))
                .findFirst()
                .orElseThrow()
                .model();
    }

    private CompressionJob job() {
        return new CompressionJob(new Engine("test", EjmlDecomposer::new, 2, folder, Progress.NONE));
    }

    private Report compress(String name, String rank, boolean joint, boolean freezeDefaults) throws IOException {
        Path original = Files.write(folder.resolve("original.onnx"), model(name).toByteArray());
        RankSelector selector =
                RankStrategies.load(SelectionTest.class.getClassLoader()).select(rank);
        Report report = job().compress(
                        original,
                        new Target(small(), true, false).writingAnyway(true),
                        new Selection(
                                rank,
                                selector,
                                WeightFilter.ALL,
                                FactorPair.Balance.AUTO,
                                joint,
                                freezeDefaults,
                                Optional.empty()),
                        Optional.of(Evaluation.onMadeUpInputs(1)),
                        Limits.NONE);
        assertThat(report.passed()).isTrue();
        return report;
    }
}
