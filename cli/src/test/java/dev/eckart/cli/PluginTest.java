package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomInputs;
import dev.eckart.models.RandomMatrices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Strategies in jars from outside, compiled here as their authors would. */
class PluginTest {
    private static final String SERVICE = PluginJar.STRATEGIES;
    private static final String METRIC_SERVICE = PluginJar.METRICS;

    private static final String SOURCE = """
            package org.example;

            import dev.eckart.core.rank.*;
            import dev.eckart.core.spectrum.WeightSpectrum;
            import java.util.*;

            public final class NAME implements RankSelectorProvider {
                @Override public String name() { return "STRATEGY"; }
                @Override public String summary() { return "half of the smaller side, and no more than the value"; }
                @Override public Map<String, String> usage() { return Map.of("STRATEGY:8", "eight at the most"); }
                @Override public RankSelector create(StrategyArguments arguments) {
                    int most = arguments.allowing().wholeNumber();
                    return weights -> RankPlan.each(weights, weight -> weight.weight().name().equals("keep")
                            ? new RankChoice.Keep("its name says so")
                            : new RankChoice.Truncate(RANK));
                }
            }
            """;

    private static final String METRIC = """
            package org.example;

            import dev.eckart.core.metric.*;
            import dev.eckart.core.rank.StrategyArguments;
            import dev.eckart.core.verify.Judgement;
            import java.util.*;

            public final class NAME implements TaskMetricProvider, TaskMetric, TaskMetric.Measurement {
                @Override public String name() { return "STRATEGY"; }
                @Override public String summary() { return "a metric of one's own"; }
                @Override public Map<String, String> usage() { return Map.of("STRATEGY", "7"); }
                @Override public TaskMetric create(StrategyArguments arguments) { return this; }
                @Override public Judgement judgement() { return Judgement.LOWER; }
                @Override public Measurement begin(long samples) { return this; }
                @Override public void add(MetricBatch batch) { Objects.requireNonNull(RANK); }
                @Override public Reading result() { return new Reading.Comparison(7, ""); }
            }
            """;

    @TempDir
    private Path folder;

    @Test
    void should_use_a_strategy_from_a_jar() throws IOException {
        Path jar = jar("HalfProvider", "half", "Math.min(most, weight.smallerSide() / 2)");
        Path out = folder.resolve("out.onnx");

        CommandLineRun run = eckart("compress", model(), "-o", out, "--rank", "half:6", "--plugin", jar, "--json");

        assertThat(run.code()).as(run.err()).isZero();
        JsonNode weights = run.json().get("weights");
        assertThat(weights.get(0).get("rank").asInt()).isEqualTo(6);
        assertThat(weights.get(1).get("decision").asString()).isEqualTo("kept");
        assertThat(weights.get(1).get("reason").asString()).isEqualTo("its name says so");
    }

    @Test
    void should_list_it_with_where_it_is_from() throws IOException {
        Path jar = jar("HalfProvider", "half", "1");

        assertThat(eckart("strategies", "--plugin", jar).out())
                .contains("half of the smaller side", "half:8", jar.toString(), "built in");
        JsonNode entry = eckart("strategies", "--plugin", jar, "--json")
                .json()
                .get("strategies")
                .valueStream()
                .filter(strategy -> strategy.get("name").asString().equals("half"))
                .findFirst()
                .orElseThrow();
        assertThat(entry.get("origin").asString()).isEqualTo(jar.toString());
    }

    @Test
    void should_refuse_a_second_strategy_of_the_same_name_naming_both_jars() throws IOException {
        Path one = jar("OneProvider", "half", "1");
        Path other = jar("OtherProvider", "half", "1");

        CommandLineRun run = eckart("strategies", "--plugin", one, "--plugin", other);

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err()).contains("two strategies are named `half`", one.toString(), other.toString());
    }

    @Test
    void should_refuse_another_version_of_the_same_jar_naming_both() throws IOException {
        Path one = jar("HalfProvider", "half", "1");
        Path other = Files.copy(one, folder.resolve("HalfProvider-2.jar"));

        CommandLineRun run = eckart("strategies", "--plugin", one, "--plugin", other);

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err())
                .isEqualTo(
                        "eckart: two strategies are named `half`: org.example.HalfProvider in %s and org.example.HalfProvider in %s; remove one\n"
                                .formatted(one, other));
    }

    @Test
    void should_refuse_a_rank_that_cannot_be_and_say_whose_it_is() throws IOException {
        Path jar = jar("WildProvider", "wild", "900");
        Path out = folder.resolve("out.onnx");

        CommandLineRun run = eckart("compress", model(), "-o", out, "--rank", "wild:1", "--plugin", jar);

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err())
                .isEqualTo(
                        "eckart: strategy org.example.WildProvider made an invalid choice: weight `w` [40×30]: rank 900 exceeds its"
                                + " smaller side 30\n");
        assertThat(out).doesNotExist();
    }

    @Test
    void should_say_of_a_strategy_that_fails_that_it_is_the_plug_in_that_does() throws IOException {
        Path jar = jar("WildProvider", "wild", "(int) weight.spectrum().sigma(900)");
        Path out = folder.resolve("out.onnx");

        CommandLineRun run = eckart("compress", model(), "-o", out, "--rank", "wild:1", "--plugin", jar);

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err())
                .startsWith("eckart: strategy org.example.WildProvider failed on the weights of the network: "
                        + "java.lang.ArrayIndexOutOfBoundsException: ");
        assertThat(out).doesNotExist();
    }

    @Test
    void should_say_of_a_strategy_that_fails_on_its_value_which_one_it_was() throws IOException {
        String careless =
                SOURCE.replace("arguments.allowing().wholeNumber()", "Integer.parseInt(arguments.value().get())");
        Path jar = jar(careless, "WildProvider", "wild", "1");

        CommandLineRun run = eckart("scan", model(), "--rank", "wild:many", "--plugin", jar);

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err())
                .startsWith("eckart: strategy org.example.WildProvider failed on `wild:many`: "
                        + "java.lang.NumberFormatException: ");
    }

    @Test
    void should_refuse_a_name_that_cannot_be_written_after_the_option() throws IOException {
        Path jar = jar("HalfProvider", "My half", "1");

        CommandLineRun run = eckart("strategies", "--plugin", jar);

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err())
                .isEqualTo(
                        "eckart: strategy org.example.HalfProvider in %s is named `My half`; expected lower-case letters,"
                                        .formatted(jar)
                                + " digits and hyphens\n");
    }

    @Test
    void should_refuse_a_jar_for_a_newer_java() throws IOException {
        jar("HalfProvider", "half", "1");
        Path compiled = folder.resolve("HalfProvider/org/example/HalfProvider.class");
        byte[] bytes = Files.readAllBytes(compiled);
        // The major version of the class file's format.
        bytes[7] = 99;
        Files.write(compiled, bytes);
        Path jar = folder.resolve("newer.jar");
        write(jar, List.of(compiled), "org.example.HalfProvider");

        CommandLineRun run = eckart("strategies", "--plugin", jar);

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err())
                .startsWith("eckart: a strategy could not be loaded from `%s`: ".formatted(jar))
                .contains("org/example/HalfProvider", "class file version 99");
    }

    @Test
    void should_refuse_an_unknown_name_and_list_those_there_are() throws IOException {
        Path jar = jar("HalfProvider", "half", "1");

        CommandLineRun run = eckart("scan", model(), "--rank", "hlaf:1", "--plugin", jar);

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err())
                .startsWith("eckart: unknown strategy `hlaf`: expected one of ")
                .contains("energy, ", "half, ", "ratio");
    }

    @Test
    void should_refuse_a_jar_that_names_a_class_it_does_not_have() throws IOException {
        Path jar = folder.resolve("broken.jar");
        write(jar, List.of(), "org.example.Missing");

        CommandLineRun run = eckart("strategies", "--plugin", jar);

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err()).contains("could not be loaded", "org.example.Missing");
    }

    @Test
    void should_refuse_a_jar_without_strategies() throws IOException {
        Path jar = folder.resolve("empty.jar");
        write(jar, List.of(), "");

        CommandLineRun run = eckart("strategies", "--plugin", jar);

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err()).contains("contains no strategy, no metric and no encoding", SERVICE);
    }

    @Test
    void should_say_of_a_metric_that_fails_that_it_is_the_plug_in_that_does() throws IOException {
        Path jar = jar(METRIC, "WildMetric", "wild", "batch.labels().get()", METRIC_SERVICE);

        CommandLineRun run = eckart("verify", model(), model(), "--metric", "wild", "--plugin", jar);

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err())
                .isEqualTo("eckart: metric org.example.WildMetric failed on `wild`:"
                        + " java.util.NoSuchElementException: No value present\n");
    }

    @Test
    void should_use_a_metric_from_a_jar_and_refuse_a_second_one_of_its_name() throws IOException {
        Path jar = jar(METRIC, "OneMetric", "one", "batch.samples()", METRIC_SERVICE);
        Path other = jar(METRIC, "OtherMetric", "one", "batch.samples()", METRIC_SERVICE);

        Path inputs = RandomInputs.write(folder.resolve("inputs.npz"), 5, 40, 1);
        assertThat(eckart(
                                "verify",
                                model(),
                                model(),
                                "--inputs",
                                inputs,
                                "--metric",
                                "one",
                                "--plugin",
                                jar,
                                "--limit",
                                "one<=7")
                        .code())
                .isZero();
        assertThat(eckart("strategies", "--plugin", jar).out()).contains("a metric of one's own", jar.toString());
        assertThat(eckart("verify", model(), model(), "--metric", "one", "--plugin", jar, "--plugin", other)
                        .err())
                .startsWith("eckart: two metrics are named `one`: org.example.OneMetric in ");
    }

    @Test
    void should_measure_a_metric_from_a_jar_that_a_policy_names() throws IOException {
        jar(METRIC, "OneMetric", "one", "batch.samples()", METRIC_SERVICE);
        model();
        RandomInputs.write(folder.resolve("inputs.npz"), 7, 40, 1);
        String head = "model: model.onnx\ninputs: inputs.npz\nmetrics: [one]\nlimits: { one: '<=%s' }\n";
        Path policy = folder.resolve("policy.yml");

        Files.writeString(policy, head.formatted(7) + "compressed: model.onnx\nplugin: OneMetric.jar\n");
        assertThat(eckart("check", policy).code()).isZero();
        Files.writeString(policy, head.formatted(6) + "compress: { rank: 'fixed:2', plugin: OneMetric.jar }\n");
        CommandLineRun run = eckart("check", policy);
        assertThat(run.code()).isEqualTo(ExitCode.LIMIT_NOT_KEPT);
        assertThat(run.err()).startsWith("eckart: one 6 is exceeded: measured 7");
    }

    private Path model() throws IOException {
        return Files.write(
                folder.resolve("model.onnx"),
                ModelBuilder.model("two", 13)
                        .input("x", "batch", 40)
                        .weight("w", RandomMatrices.normal(40, 30, 1))
                        .node("MatMul", List.of("x", "w"), "h")
                        .weight("keep", RandomMatrices.normal(30, 20, 2))
                        .node("MatMul", List.of("h", "keep"), "y")
                        .output("y", "batch", 20)
                        .build()
                        .toByteArray());
    }

    /** A jar with a provider, compiled against the engine alone. */
    private Path jar(String className, String strategy, String rank) throws IOException {
        return jar(SOURCE, className, strategy, rank);
    }

    private Path jar(String template, String className, String strategy, String rank) throws IOException {
        return jar(template, className, strategy, rank, SERVICE);
    }

    private Path jar(String template, String className, String strategy, String rank, String service)
            throws IOException {
        return PluginJar.compile(
                folder,
                className,
                template.replace("NAME", className)
                        .replace("STRATEGY", strategy)
                        .replace("RANK", rank),
                service);
    }

    private static void write(Path jar, List<Path> classes, String provider) throws IOException {
        PluginJar.write(jar, classes, provider, SERVICE);
    }
}
