package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomMatrices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each fault of a plug-in that is not an exception of the usual kind: one sentence, exit code 2, and nothing written. */
class FaultyPluginTest {
    private static final String STRATEGY = """
            package org.example;

            import dev.eckart.core.linalg.Accuracy;
            import dev.eckart.core.rank.*;
            import dev.eckart.core.spectrum.WeightSpectrum;
            import java.io.*;
            import java.nio.channels.FileChannel;
            import java.nio.file.*;
            import java.nio.file.attribute.FileTime;
            import java.util.*;

            public final class Faulty implements RankSelectorProvider {
                @Override public String name() { return "faulty"; }
                @Override public String summary() { return "faults \\u001B[31m\\n::error::of its own"; }
                @Override public Map<String, String> usage() { return Map.of("faulty:\\u202E", "\\u0007"); }

                @Override public RankSelector create(StrategyArguments arguments) {
                    String fault = arguments.value().get();
                    return switch (fault) {
                        case "no-strategy" -> null;
                        case "no-accuracy" -> new RankSelector() {
                            @Override public RankPlan select(List<WeightSpectrum> weights) { return null; }
                            @Override public Accuracy accuracy() { return null; }
                        };
                        default -> weights -> plan(fault, arguments.options().get("file"), weights);
                    };
                }

                private static RankPlan plan(String fault, String file, List<WeightSpectrum> weights) {
                    switch (fault) {
                        case "overflow": return plan(fault, file, new ArrayList<>(weights));
                        case "assertion": throw new AssertionError("off by one");
                        case "missing": throw new NoClassDefFoundError("org/example/Missing");
                        case "initializer": return Broken.PLAN;
                        case "checked": throw Faulty.<RuntimeException>unseen(new IOException("disk is full"));
                        case "no-plan": return null;
                        case "no-choice": return RankPlan.each(weights, weight -> null);
                        case "no-reason": return RankPlan.each(weights, weight -> new RankChoice.Keep(null));
                        case "memory": throw new OutOfMemoryError("Java heap space");
                        case "exit": System.exit(0);
                        case "print": System.out.println("{ \\"noise\\": 1 }"); break;
                        case "cut": cut(Path.of(file)); break;
                        case "touch": touch(Path.of(file)); break;
                    }
                    return RankPlan.each(weights, weight -> new RankChoice.Truncate(2));
                }

                private static void cut(Path file) {
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                        channel.truncate(channel.size() / 2);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }

                private static void touch(Path file) {
                    try {
                        Files.setLastModifiedTime(file, FileTime.fromMillis(0));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }

                @SuppressWarnings("unchecked")
                private static <E extends Throwable> E unseen(Throwable failure) throws E {
                    throw (E) failure;
                }

                private static final class Broken {
                    static final RankPlan PLAN = RankPlan.each(null, null);
                }
            }
            """;

    private static final String METRIC = """
            package org.example;

            import dev.eckart.core.metric.*;
            import dev.eckart.core.rank.StrategyArguments;
            import dev.eckart.core.verify.Judgement;
            import java.util.*;

            public final class FaultyMetric implements TaskMetricProvider {
                @Override public String name() { return "faulty"; }
                @Override public String summary() { return "faults"; }
                @Override public Map<String, String> usage() { return Map.of(); }

                @Override public TaskMetric create(StrategyArguments arguments) {
                    String fault = arguments.value().get();
                    return fault.equals("no-metric") ? null : new Made(fault, arguments.options().get("file"));
                }

                private record Made(String fault, String file) implements TaskMetric, TaskMetric.Measurement {
                    @Override public String name() { return fault.equals("no-name") ? null : "made"; }
                    @Override public Judgement judgement() { return fault.equals("no-judgement") ? null : Judgement.LOWER; }
                    @Override public Measurement begin(long samples) { return fault.equals("no-measurement") ? null : this; }
                    @Override public void add(MetricBatch batch) {
                        if (fault.equals("assertion")) {
                            throw new AssertionError("off by one");
                        }
                        if (fault.equals("touch")) {
                            new java.io.File(file).setLastModified(0);
                        }
                    }
                    @Override public Reading result() {
                        return fault.equals("no-reading") ? null : new Reading.Comparison(1, fault.equals("no-note") ? null : "");
                    }
                }
            }
            """;

    private static final String UNNAMED = """
            package org.example;

            import dev.eckart.core.rank.*;
            import java.util.*;

            public final class Unnamed implements RankSelectorProvider {
                @Override public String name() { return null; }
                @Override public String summary() { return null; }
                @Override public Map<String, String> usage() { return null; }
                @Override public RankSelector create(StrategyArguments arguments) { return null; }
            }
            """;

    private static final String UNMADE = """
            package org.example;

            import dev.eckart.core.rank.*;
            import java.util.*;

            public final class Unmade implements RankSelectorProvider {
                static { if (true) throw new IllegalStateException("no licence"); }
                @Override public String name() { return "unmade"; }
                @Override public String summary() { return ""; }
                @Override public Map<String, String> usage() { return Map.of(); }
                @Override public RankSelector create(StrategyArguments arguments) { return null; }
            }
            """;

    @TempDir
    private static Path jars;

    private static Path strategy = Path.of("");
    private static Path metric = Path.of("");

    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path out = Path.of("");

    @BeforeAll
    static void compile() throws IOException {
        strategy = PluginJar.compile(jars, "Faulty", STRATEGY, PluginJar.STRATEGIES);
        metric = PluginJar.compile(jars, "FaultyMetric", METRIC, PluginJar.METRICS);
    }

    @BeforeEach
    void writeModel() throws IOException {
        model = Files.write(
                folder.resolve("model.onnx"),
                ModelBuilder.model("one", 13)
                        .input("x", "batch", 40)
                        .weight("w", RandomMatrices.normal(40, 30, 1))
                        .node("MatMul", List.of("x", "w"), "y")
                        .output("y", "batch", 30)
                        .build()
                        .toByteArray());
        out = folder.resolve("out.onnx");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "overflow | failed on the weights of the network: java.lang.StackOverflowError",
                "assertion | failed on the weights of the network: java.lang.AssertionError: off by one",
                "missing | failed on the weights of the network: java.lang.NoClassDefFoundError: org/example/Missing",
                "initializer | failed on the weights of the network: java.lang.ExceptionInInitializerError",
                "checked | failed on the weights of the network: java.io.IOException: disk is full",
                "no-plan | gave null for the weights of the network; expected a value: tell its author",
                "no-choice | failed on the weights of the network: java.lang.NullPointerException",
                "no-reason | failed on the weights of the network: java.lang.NullPointerException: because",
                "no-strategy | gave null for `faulty:no-strategy`; expected a value: tell its author",
                "no-accuracy | gave null for `faulty:no-accuracy`; expected a value: tell its author",
            })
    void should_name_a_strategy_that_fails_in_whatever_way(String fault, String sentence) {
        for (CommandLineRun run : List.of(compress(fault), svd(fault))) {
            assertThat(run.err())
                    .startsWith("eckart: strategy org.example.Faulty")
                    .contains(sentence);
            assertThat(run.err().lines()).hasSize(1);
            assertThat(run.out()).isEmpty();
            assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        }
        assertThat(out).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no-metric | metric org.example.FaultyMetric gave null for `faulty:no-metric`; expected a value: tell its author",
                "no-name | metric org.example.FaultyMetric$Made gave null for `faulty:no-name`; expected a value: tell its author",
                "no-judgement | metric org.example.FaultyMetric$Made gave null for `faulty:no-judgement`; expected a value: tell its author",
                "no-measurement | metric org.example.FaultyMetric$Made gave null for `made`; expected a value: tell its author",
                "no-reading | metric org.example.FaultyMetric$Made gave null for `made`; expected a value: tell its author",
                "no-note | metric org.example.FaultyMetric$Made failed on `made`: java.lang.NullPointerException: note",
                "assertion | metric org.example.FaultyMetric$Made failed on `made`: java.lang.AssertionError: off by one",
            })
    void should_name_a_metric_that_fails_in_whatever_way(String fault, String sentence) {
        CommandLineRun run = eckart("verify", model, model, "--metric", "faulty:" + fault, "--plugin", metric);

        assertThat(run.err()).isEqualTo("eckart: " + sentence + "\n");
        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
    }

    @Test
    void should_name_a_provider_that_does_not_say_what_it_is_or_cannot_be_made() throws IOException {
        Path unnamed = PluginJar.compile(folder, "Unnamed", UNNAMED, PluginJar.STRATEGIES);
        Path unmade = PluginJar.compile(folder, "Unmade", UNMADE, PluginJar.STRATEGIES);

        assertThat(eckart("strategies", "--plugin", unnamed))
                .isEqualTo(
                        new CommandLineRun(
                                ExitCode.BAD_INPUT,
                                "",
                                "eckart: strategy org.example.Unnamed gave null for its name; expected a value: tell its author\n"));
        CommandLineRun run = eckart("scan", model, "--plugin", unmade);
        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err())
                .startsWith("eckart: a strategy could not be loaded from `%s`: ".formatted(unmade))
                .contains("org.example.Unmade", "java.lang.IllegalStateException: no licence")
                .hasLineCount(1);
    }

    @Test
    void should_say_what_to_raise_where_memory_runs_out_in_a_plug_in() {
        CommandLineRun run = compress("memory");

        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err())
                .matches(
                        "eckart: a heap of \\d+ MB is too small; enlarge it with ECKART_OPTS=-Xmx4g, or use --threads 1\n");
    }

    @Test
    void should_show_what_a_plug_in_says_of_itself_as_text() {
        CommandLineRun run = eckart("strategies", "--plugin", strategy);

        assertThat(run.out())
                .contains(
                        "faulty  faults \\u{001B}[31m\\u{000A}\\u{003A}:error::of its own  ",
                        "faulty:\\u{202E}  \\u{0007}")
                .doesNotContain("\u001B", "\u202E", "\u0007");
        assertThat(eckart("strategies", "--plugin", strategy, "--json").out())
                .doesNotContain("\u001B", "\u202E", "\u0007");
    }

    @Test
    void should_say_of_a_model_that_it_was_cut_short_while_it_was_read() {
        assertThat(compress("cut,file=" + model))
                .isEqualTo(new CommandLineRun(
                        ExitCode.BAD_INPUT,
                        "",
                        "eckart: `%s` became shorter while it was read; run again when nothing writes to it\n"
                                .formatted(model)));
        assertThat(out).doesNotExist();
    }

    @Test
    void should_say_of_a_data_file_that_it_was_cut_short_while_it_was_read() throws IOException {
        Path split = folder.resolve("split.onnx");
        eckart("compress", model, "-o", split, "--rank", "10", "--external-data", "always", "--no-verify");
        Path data;
        try (Stream<Path> files = Files.list(folder)) {
            data = files.filter(file -> file.toString().endsWith(".data"))
                    .findFirst()
                    .orElseThrow();
        }

        CommandLineRun run = eckart(
                "compress", split, "-o", out, "--rank", "faulty:cut,file=" + data, "--plugin", strategy, "--no-verify");

        assertThat(run)
                .isEqualTo(new CommandLineRun(
                        ExitCode.BAD_INPUT,
                        "",
                        "eckart: `%s` became shorter while it was read; run again when nothing writes to it\n"
                                .formatted(data)));
        assertThat(out).doesNotExist();
    }

    @Test
    void should_report_nothing_of_models_that_were_changed_while_they_were_compared() throws IOException {
        Path other = Files.copy(model, folder.resolve("other.onnx"));

        for (Path changed : List.of(model, other)) {
            CommandLineRun run = eckart(
                    "verify", model, other, "--metric", "faulty:touch,file=" + changed, "--plugin", metric, "--json");
            assertThat(run)
                    .isEqualTo(new CommandLineRun(
                            ExitCode.BAD_INPUT,
                            "",
                            "eckart: `%s` changed while it was read; run again when nothing writes to it\n"
                                    .formatted(changed)));
        }
    }

    @ParameterizedTest
    @CsvSource({"compress", "compress --dry-run", "scan", "sweep"})
    void should_write_and_report_nothing_of_a_model_that_was_changed_while_it_was_read(String command) {
        List<Object> arguments = new ArrayList<>(Arrays.asList((Object[]) command.split(" ")));
        arguments.addAll(List.of(model, "--rank", "faulty:touch,file=" + model, "--plugin", strategy));
        if (command.equals("compress")) {
            arguments.addAll(List.of("-o", out));
        }

        assertThat(eckart(arguments.toArray()))
                .isEqualTo(new CommandLineRun(
                        ExitCode.BAD_INPUT,
                        "",
                        "eckart: `%s` changed while it was read; run again when nothing writes to it\n"
                                .formatted(model)));
        assertThat(out).doesNotExist();
    }

    @Test
    void should_keep_what_a_plug_in_prints_out_of_the_result() throws Exception {
        LaunchedRun run = launch("scan", model, "--rank", "faulty:print", "--plugin", strategy, "--json");

        assertThat(run.json().get("schema").asString()).isEqualTo("eckart.report/1");
        assertThat(run.err()).contains("\"noise\"");
        assertThat(run.code()).isZero();
    }

    @Test
    void should_say_who_ended_the_process() throws Exception {
        LaunchedRun run = launch("compress", model, "-o", out, "--rank", "faulty:exit", "--plugin", strategy);

        assertThat(run.err())
                .isEqualTo("eckart: org.example.Faulty ended the process before the command was done;"
                        + " a plug-in must not call System.exit: tell its author\n");
        assertThat(run.out()).isEmpty();
        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(folder).isDirectoryNotContaining("glob:**out.onnx*");
    }

    private CommandLineRun compress(String fault) {
        return eckart("compress", model, "-o", out, "--rank", "faulty:" + fault, "--plugin", strategy);
    }

    private CommandLineRun svd(String fault) {
        Path matrix = folder.resolve("matrix.npy");
        NpyFile.write(matrix, NpyArray.ofMatrix(Matrix.of(2, 2, 1, 2, 3, 4)));
        return eckart("svd", matrix, "--rank", "faulty:" + fault, "--plugin", strategy);
    }

    private LaunchedRun launch(Object... arguments) throws IOException, InterruptedException {
        List<Object> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Eckart.class.getName()));
        command.addAll(List.of(arguments));
        return LaunchedRun.of(folder, command.toArray());
    }
}
