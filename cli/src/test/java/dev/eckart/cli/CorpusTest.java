package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.eckart.cli.CorpusFinding.Verdict;
import dev.eckart.models.Catalogue;
import dev.eckart.models.CatalogueModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/**
 * Models of the catalogue, and every {@code .onnx} file below the directory {@code -Deckart.corpus=DIR}: it is
 * written as it was read; compressed at several settings, it is proved and loads, or is refused for a good reason.
 *
 * <p>Models made to test ONNX take their weights as inputs, and old ones list them among the inputs; such a model comes
 * once more, {@linkplain FrozenModel frozen}, if it then has weights to factor.
 *
 * <p>What came out is in {@code target/corpus/summary.txt}.
 */
class CorpusTest {
    private static final String CORPUS = "eckart.corpus";

    /** {@code CatalogueTest} takes all of them through the same job; some of each kind show that the command does no other. */
    private static final int EVERY = 3;

    @TempDir
    private Path temporary;

    @Test
    void should_compress_every_model_rightly_or_refuse_it_for_a_good_reason() throws Exception {
        long start = System.nanoTime();
        Optional<Path> corpus = Optional.ofNullable(System.getProperty(CORPUS)).map(Path::of);
        corpus.ifPresent(directory ->
                assertThat(directory).as("-D%s=DIR, an absolute path", CORPUS).isDirectory());
        List<CorpusCase> cases = new ArrayList<>(catalogue());
        if (corpus.isPresent()) {
            cases.addAll(below(corpus.get()));
        }
        Path folder = Files.createDirectories(Path.of("target", "corpus").toAbsolutePath());

        CorpusSummary summary = new CorpusSummary(
                cases, new CorpusRun(CorpusWorker.class, temporary, Duration.ofMinutes(5)).findings(cases));

        String text = summary.render(
                "the catalogue" + corpus.map(directory -> " and " + directory).orElse(""),
                (System.nanoTime() - start) / 1e9);
        Files.writeString(folder.resolve("summary.txt"), text);
        System.out.print(text);
        assertThat(summary.wrong()).isEmpty();
        assertThat(summary.findings()).anyMatch(finding -> finding.verdict() == Verdict.COMPRESSED);
    }

    private List<CorpusCase> catalogue() throws IOException {
        List<CorpusCase> cases = new ArrayList<>();
        List<CatalogueModel> all = Catalogue.all();
        for (int i = 0; i < all.size(); i += EVERY) {
            CatalogueModel model = all.get(i);
            Path file = temporary.resolve(model.name() + ".onnx");
            Files.write(file, model.model().toByteArray());
            cases.add(new CorpusCase(file, Optional.empty()));
        }
        return cases;
    }

    private List<CorpusCase> below(Path corpus) throws IOException {
        List<Path> models;
        try (Stream<Path> files = Files.walk(corpus)) {
            models = files.filter(file -> file.toString().endsWith(".onnx"))
                    .sorted()
                    .toList();
        }
        List<CorpusCase> cases = new ArrayList<>();
        for (Path model : models) {
            cases.add(new CorpusCase(model, Optional.empty()));
            try (Stream<Path> beside = Files.list(model.resolveSibling(""))) {
                beside.filter(path -> path.getFileName().toString().startsWith("test_data_set_"))
                        .sorted()
                        .forEach(set -> cases.add(new CorpusCase(model, Optional.of(set))));
            }
            Path frozen = temporary.resolve("frozen").resolve(corpus.relativize(model));
            Files.createDirectories(frozen.resolveSibling(""));
            if (FrozenModel.write(model, frozen)) {
                cases.add(new CorpusCase(frozen, Optional.empty()));
            }
        }
        return cases;
    }

    @Test
    void should_find_out_who_brings_the_jvm_down_and_go_on() throws Exception {
        List<CorpusCase> cases = Stream.of("good", "dies alone", "good", "dies compressed", "good")
                .map(name -> new CorpusCase(Path.of(name), Optional.empty()))
                .toList();

        CorpusSummary summary =
                new CorpusSummary(cases, new CorpusRun(Mortal.class, temporary, Duration.ofMinutes(1)).findings(cases));

        assertThat(summary.findings().stream().filter(finding -> finding.verdict() != Verdict.STARTED))
                .extracting(CorpusFinding::index, CorpusFinding::verdict)
                .containsExactly(
                        tuple(0, Verdict.RUNS),
                        tuple(1, Verdict.RUNTIME_DIED),
                        tuple(2, Verdict.RUNS),
                        tuple(3, Verdict.RUNS),
                        tuple(3, Verdict.WRONG),
                        tuple(4, Verdict.RUNS));
        assertThat(summary.wrong())
                .containsExactly("dies compressed on made-up inputs, fixed:1: the JVM died with status 134");
    }

    @Test
    void should_not_wait_for_ever() throws Exception {
        List<CorpusCase> cases = List.of(new CorpusCase(Path.of("sleeps"), Optional.empty()));

        List<CorpusFinding> findings = new CorpusRun(Mortal.class, temporary, Duration.ofSeconds(3)).findings(cases);

        assertThat(findings).last().satisfies(finding -> {
            assertThat(finding.verdict()).isEqualTo(Verdict.RUNTIME_DIED);
            assertThat(finding.detail()).isEqualTo("the JVM was not done after PT3S");
        });
    }

    /** A worker that comes to the end that the name of a case says. */
    static final class Mortal {
        private Mortal() {}

        public static void main(String[] arguments) throws Exception {
            List<String> cases = Files.readAllLines(Path.of(arguments[0]));
            Path findings = Path.of(arguments[1]);
            for (int i = Integer.parseInt(arguments[2]); i < cases.size(); i++) {
                write(findings, i, CorpusWorker.ORIGINAL, Verdict.STARTED);
                switch (cases.get(i)) {
                    case "dies alone" -> Runtime.getRuntime().halt(134);
                    case "sleeps" -> Thread.sleep(Duration.ofHours(1).toMillis());
                    default -> write(findings, i, CorpusWorker.ORIGINAL, Verdict.RUNS);
                }
                if (cases.get(i).equals("dies compressed")) {
                    write(findings, i, "fixed:1", Verdict.STARTED);
                    Runtime.getRuntime().halt(134);
                }
            }
        }

        private static void write(Path file, int index, String step, Verdict verdict) throws IOException {
            CorpusFinding finding = new CorpusFinding(index, step, verdict, "", Map.of());
            Files.writeString(
                    file, JsonMapper.builder().build().writeValueAsString(finding) + "\n", StandardOpenOption.APPEND);
        }
    }
}
