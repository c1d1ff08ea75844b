package dev.eckart.cli.baseline;

import dev.eckart.cli.render.Json;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.report.BaselineEntry;
import dev.eckart.core.report.BaselineEntry.Moved;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.WeightEntry;
import dev.eckart.core.verify.EvaluationInputs;
import dev.eckart.core.verify.MetricResult;
import dev.eckart.core.verify.Verification;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The numbers of a run that later runs are held to, schema {@code eckart.lock/1}.
 *
 * @param version of the tool that it was made with
 * @param subject what was measured on what
 * @param compressed SHA-256 of the compressed network's files, by name, for people
 * @param rank the setting, empty for a model that was made elsewhere
 * @param ranks of the weights that are factored, by name
 * @param sizes in bytes and parameters, by name, for people
 * @param metrics what is judged of every run
 * @param taskMetrics what is judged of metrics of the user's task, by name
 */
public record Baseline(
        String version,
        Subject subject,
        SortedMap<String, String> compressed,
        String rank,
        SortedMap<String, Integer> ranks,
        Map<String, Long> sizes,
        Map<Metric, Double> metrics,
        SortedMap<String, Double> taskMetrics) {
    private static final String SCHEMA = "eckart.lock/1";

    public Baseline {
        compressed = new TreeMap<>(compressed);
        ranks = new TreeMap<>(ranks);
        sizes = new LinkedHashMap<>(sizes);
        metrics = new EnumMap<>(metrics);
        taskMetrics = new TreeMap<>(taskMetrics);
    }

    /**
     * What runs must have in common to be compared: SHA-256 of files, by their names.
     *
     * @param inputs empty where they were made up
     * @param inputsKind whether they were given for the comparison, or held back from a calibration
     * @param seed of made-up inputs
     */
    public record Subject(
            SortedMap<String, String> model,
            SortedMap<String, String> inputs,
            EvaluationInputs.Kind inputsKind,
            SortedMap<String, String> labels,
            long seed) {
        public Subject {
            model = new TreeMap<>(model);
            inputs = new TreeMap<>(inputs);
            labels = new TreeMap<>(labels);
        }
    }

    /** Of a run that measured finite numbers. */
    public static Baseline of(Report report, Subject subject, SortedMap<String, String> compressed) {
        Map<String, Long> sizes = new LinkedHashMap<>();
        report.networks().output().ifPresent(output -> {
            sizes.put("bytes", output.bytes());
            sizes.put("originalBytes", report.networks().model().bytes());
            sizes.put("parameters", output.parameters());
            sizes.put("originalParameters", report.networks().model().parameters());
            sizes.put("linearParameters", output.linearParameters());
            sizes.put("originalLinearParameters", report.networks().model().linearParameters());
        });
        return new Baseline(
                report.run().version(),
                subject,
                compressed,
                report.settings().rank(),
                ranks(report),
                sizes,
                metrics(report),
                taskMetrics(report));
    }

    private static SortedMap<String, Integer> ranks(Report report) {
        SortedMap<String, Integer> ranks = new TreeMap<>();
        report.weights().stream()
                .filter(weight -> weight.outcome() == WeightEntry.Outcome.FACTORED)
                .forEach(weight -> ranks.put(weight.name(), weight.decided().rank()));
        return ranks;
    }

    private static Map<Metric, Double> metrics(Report report) {
        Map<Metric, Double> metrics = new EnumMap<>(Metric.class);
        for (Metric metric : Metric.values()) {
            metric.of(report).ifPresent(value -> metrics.put(metric, value));
        }
        return metrics;
    }

    private static SortedMap<String, Double> taskMetrics(Report report) {
        SortedMap<String, Double> values = new TreeMap<>();
        taskResults(report).forEach(metric -> values.put(metric.name(), metric.value()));
        return values;
    }

    private static List<MetricResult> taskResults(Report report) {
        return report.checks().verification().map(Verification::metrics).orElse(List.of());
    }

    /**
     * Reads what {@link #render} wrote.
     *
     * @throws InvalidInputException if the file cannot be read, or is none of these
     */
    public static Baseline read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InvalidInputException(
                    "baseline `%s` does not exist; run the check once with --update-baseline to create it"
                            .formatted(file));
        }
        try {
            return of(JsonMapper.builder().build().readTree(Files.readString(file)));
        } catch (IOException e) {
            throw new InvalidInputException("baseline `%s` cannot be read: %s".formatted(file, e), e);
        } catch (JacksonException | IllegalArgumentException e) {
            throw new InvalidInputException(
                    "`%s` is not a baseline with schema %s: %s; create it again with --update-baseline"
                            .formatted(
                                    file,
                                    SCHEMA,
                                    e instanceof JacksonException jackson
                                            ? jackson.getOriginalMessage()
                                            : e.getMessage()),
                    e);
        }
    }

    private static Baseline of(JsonNode root) {
        String schema = root.path("schema").asString("");
        if (!schema.equals(SCHEMA)) {
            throw new IllegalArgumentException("its schema is `%s`".formatted(schema));
        }
        SortedMap<String, Integer> ranks = new TreeMap<>();
        object(root, "ranks").forEach((name, rank) -> ranks.put(name, (int) number(name, rank)));
        Map<String, Long> sizes = new LinkedHashMap<>();
        object(root, "sizes").forEach((name, size) -> sizes.put(name, (long) number(name, size)));
        Map<Metric, Double> metrics = new EnumMap<>(Metric.class);
        Map<String, JsonNode> found = object(root, "metrics");
        for (Metric metric : Metric.values()) {
            if (found.containsKey(metric.label())) {
                metrics.put(metric, number(metric.label(), found.get(metric.label())));
            }
        }
        SortedMap<String, Double> taskMetrics = new TreeMap<>();
        found.forEach((name, value) -> {
            if (Arrays.stream(Metric.values())
                    .noneMatch(metric -> metric.label().equals(name))) {
                taskMetrics.put(name, number(name, value));
            }
        });
        return new Baseline(
                root.path("tool").path("version").asString(""),
                new Subject(
                        hashes(root, "model"), hashes(root, "inputs"), inputsKind(root), hashes(root, "labels"), (long)
                                number("seed", root.path("seed"))),
                hashes(root, "compressed"),
                root.path("rank").asString(""),
                ranks,
                sizes,
                metrics,
                taskMetrics);
    }

    /** Baselines of versions before it was recorded know of no inputs that are held back. */
    private static EvaluationInputs.Kind inputsKind(JsonNode root) {
        EvaluationInputs.Kind usual =
                object(root, "inputs").isEmpty() ? EvaluationInputs.Kind.MADE_UP : EvaluationInputs.Kind.GIVEN;
        String label = root.path("inputsKind").asString(usual.label());
        return Arrays.stream(EvaluationInputs.Kind.values())
                .filter(kind -> kind.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("`inputsKind` is `%s`".formatted(label)));
    }

    private static Map<String, JsonNode> object(JsonNode root, String name) {
        JsonNode node = root.path(name);
        if (!node.isObject()) {
            throw new IllegalArgumentException("`%s` is missing, or not an object".formatted(name));
        }
        Map<String, JsonNode> entries = new LinkedHashMap<>();
        node.properties().forEach(entry -> entries.put(entry.getKey(), entry.getValue()));
        return entries;
    }

    private static double number(String name, JsonNode node) {
        if (!node.isNumber()) {
            throw new IllegalArgumentException("`%s` is missing, or not a number".formatted(name));
        }
        return node.asDouble();
    }

    private static SortedMap<String, String> hashes(JsonNode root, String name) {
        SortedMap<String, String> hashes = new TreeMap<>();
        object(root, name).forEach((file, hash) -> hashes.put(file, hash.asString("")));
        return hashes;
    }

    /** As a JSON document: the same numbers give the same bytes. */
    public String render() {
        ObjectNode root = Json.object().put("schema", SCHEMA);
        root.putObject("tool").put("version", version);
        hashes(root, "model", subject.model());
        hashes(root, "inputs", subject.inputs());
        root.put("inputsKind", subject.inputsKind().label());
        hashes(root, "labels", subject.labels());
        root.put("seed", subject.seed());
        hashes(root, "compressed", compressed);
        root.put("rank", rank);
        ObjectNode ranksNode = root.putObject("ranks");
        ranks.forEach(ranksNode::put);
        ObjectNode sizesNode = root.putObject("sizes");
        sizes.forEach(sizesNode::put);
        ObjectNode metricsNode = root.putObject("metrics");
        metrics.forEach((metric, value) -> metricsNode.put(metric.label(), value));
        taskMetrics.forEach(metricsNode::put);
        return Json.render(root);
    }

    private static void hashes(ObjectNode root, String name, SortedMap<String, String> hashes) {
        ObjectNode node = root.putObject(name);
        hashes.forEach(node::put);
    }

    /**
     * Refuses to be compared with a run on something else.
     *
     * @param file of this baseline
     * @throws InvalidInputException if that one is of another model, or on other inputs
     */
    public void requireSame(Path file, Subject other) {
        requireSame(file, "of another original model", subject.model(), other.model());
        requireSame(file, "on other inputs", subject.inputs(), other.inputs());
        if (subject.inputsKind() != other.inputsKind()) {
            throw new InvalidInputException(
                    "baseline `%s` is on %s inputs, and this run on %s ones; if that is meant, run the check with --update-baseline"
                            .formatted(
                                    file,
                                    subject.inputsKind().label(),
                                    other.inputsKind().label()));
        }
        requireSame(file, "with other labels", subject.labels(), other.labels());
        if (subject.inputs().isEmpty() && subject.seed() != other.seed()) {
            throw new InvalidInputException(
                    "baseline `%s` is on inputs made up from seed %d: expected the same seed but was: %d; if this is intended, run the check with --update-baseline"
                            .formatted(file, subject.seed(), other.seed()));
        }
    }

    private static void requireSame(
            Path file, String difference, SortedMap<String, String> before, SortedMap<String, String> now) {
        // By content: the names are for people.
        if (!List.copyOf(new TreeSet<>(before.values())).equals(List.copyOf(new TreeSet<>(now.values())))) {
            throw new InvalidInputException(
                    "baseline `%s` is %s: expected %s but was: %s; if this is intended, run the check with --update-baseline"
                            .formatted(file, difference, describe(before), describe(now)));
        }
    }

    private static String describe(SortedMap<String, String> hashes) {
        return hashes.isEmpty()
                ? "none"
                : hashes.entrySet().stream()
                        .map(entry -> "%s (SHA-256 %s…)"
                                .formatted(
                                        entry.getKey(),
                                        entry.getValue()
                                                .substring(
                                                        0,
                                                        Math.min(
                                                                12,
                                                                entry.getValue().length()))))
                        .limit(3)
                        .reduce((one, next) -> one + ", " + next)
                        .orElseThrow();
    }

    /**
     * A run beside this one.
     *
     * @param file of this baseline
     * @param tolerances by how much each number may be worse, by its name
     */
    public BaselineEntry compare(Path file, Report report, Map<String, Double> tolerances) {
        List<Moved> moved = new ArrayList<>();
        metrics.forEach(
                (metric, before) -> moved(metric.label(), metric.moreIsWorse(), before, metric.of(report), tolerances)
                        .ifPresent(moved::add));
        Map<String, MetricResult> measured =
                taskResults(report).stream().collect(Collectors.toMap(MetricResult::name, Function.identity()));
        taskMetrics.forEach((name, before) -> {
            Optional<MetricResult> found = Optional.ofNullable(measured.get(name));
            boolean moreIsWorse =
                    found.map(metric -> !metric.judgement().higherIsBetter()).orElse(true);
            moved(name, moreIsWorse, before, found.map(MetricResult::value), tolerances)
                    .ifPresent(moved::add);
        });
        SortedMap<String, Integer> now = ranks(report);
        TreeSet<String> names = new TreeSet<>(ranks.keySet());
        names.addAll(now.keySet());
        for (String name : names) {
            int before = ranks.getOrDefault(name, 0);
            int after = now.getOrDefault(name, 0);
            if (before != after) {
                moved.add(new Moved("rank of " + name, before, after, OptionalDouble.empty(), true));
            }
        }
        return new BaselineEntry(file.toString(), moved);
    }

    private static Optional<Moved> moved(
            String name, boolean moreIsWorse, double before, Optional<Double> found, Map<String, Double> tolerances) {
        double now = found.orElse(Double.NaN);
        double tolerance = tolerances.getOrDefault(name, Metric.DEFAULT_TOLERANCE);
        boolean kept = Double.isFinite(now) && keeps(moreIsWorse, before, now, tolerance);
        return now == before
                ? Optional.empty()
                : Optional.of(new Moved(name, before, now, OptionalDouble.of(tolerance), kept));
    }

    /** Whether a finite number is worse than it was by no more than it may be: exact for the decimals that people read. */
    private static boolean keeps(boolean moreIsWorse, double before, double now, double tolerance) {
        BigDecimal more = BigDecimal.valueOf(now).subtract(BigDecimal.valueOf(before));
        return (moreIsWorse ? more : more.negate()).compareTo(BigDecimal.valueOf(tolerance)) <= 0;
    }
}
