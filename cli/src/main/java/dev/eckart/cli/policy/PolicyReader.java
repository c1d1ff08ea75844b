package dev.eckart.cli.policy;

import dev.eckart.cli.baseline.Metric;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.metric.MetricLimit;
import dev.eckart.core.metric.RequestedMetric;
import dev.eckart.core.metric.TaskMetrics;
import dev.eckart.core.verify.Limit;
import dev.eckart.onnx.run.ShapeBinding;
import dev.eckart.onnx.run.TimeLimit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Makes a policy of a file, and refuses what contradicts itself. */
final class PolicyReader {
    private static final List<String> KEYS = List.of(
            "model",
            "compressed",
            "compress",
            "inputs",
            "labels",
            "seed",
            "shapes",
            "memory",
            "time-limit",
            "isolate",
            "metrics",
            "plugin",
            "limits",
            "baseline",
            "tolerance",
            "reports");

    /** Options of {@code compress} that are keys of the policy itself, or say how a terminal or machine is used. */
    private static final Set<String> NOT_OF_COMPRESS = Set.of(
            "inputs",
            "labels",
            "seed",
            "shapes",
            "memory",
            "time-limit",
            "isolate",
            "metric",
            "limit",
            "report",
            "json",
            "dry-run",
            "no-verify",
            "force",
            "models",
            "keep-failed",
            "write-anyway",
            "backend",
            "threads",
            "quiet",
            "no-progress",
            "debug",
            "help");

    /** The same option, of {@code compress:} and of the policy itself: a model that is there already is measured, too. */
    private static final String PLUGIN = "plugin";

    private static final String JUDGES_LOSS = "this judges what is lost";

    private static final List<String> LIMITS =
            Arrays.stream(Limit.values()).map(Limit::label).toList();

    private static final List<String> METRICS =
            Arrays.stream(Metric.values()).map(Metric::label).toList();

    /** Keys of {@code compress:} that mean nothing without another one. */
    private static final Map<String, String> NEEDED = Map.of(
            "mask", "calibration",
            "refit", "calibration",
            "cache-vectors", "cache",
            "search-labels", "search-inputs");

    private final Path file;
    private final CommandSpec compress;
    private final Function<List<Path>, TaskMetrics> known;
    private final List<Policy.Argument> arguments = new ArrayList<>();

    PolicyReader(Path file, CommandSpec compress, Function<List<Path>, TaskMetrics> known) {
        this.file = file;
        this.compress = compress;
        this.known = known;
    }

    Policy read() {
        Value document = Yaml.read(file);
        Map<String, Value> keys = document.mapping(KEYS);
        if (!keys.containsKey("model")) {
            throw document.refuse("`model` is missing; add it: the path of the original model");
        }
        Path model = existing(keys.get("model"));
        Optional<Path> compressed = get(keys, "compressed").map(this::existing);
        Optional<Value> building = get(keys, "compress");
        if (compressed.isPresent() == building.isPresent()) {
            throw document.refuse(
                    compressed.isPresent()
                            ? "`compressed` names a model but `compress` makes one; give only one of these keys"
                            : "`compressed` and `compress` are missing; add one of them: a model to check, or the options to make it");
        }
        Optional<Path> inputs = get(keys, "inputs").map(this::inputs);
        Optional<Path> labels = get(keys, "labels").map(value -> labels(value, inputs.isPresent()));
        get(keys, "seed").ifPresent(value -> argue("seed", String.valueOf(value.whole()), value));
        get(keys, "shapes").ifPresent(this::shapes);
        get(keys, "memory").ifPresent(value -> argue("memory", String.valueOf(value.flag()), value));
        get(keys, "time-limit").ifPresent(value -> {
            saying(value, () -> TimeLimit.parse(value.text()));
            argue("time-limit", value.text(), value);
        });
        get(keys, "isolate").ifPresent(value -> argue("isolate", String.valueOf(value.flag()), value));
        List<RequestedMetric> metrics = metrics(keys);
        Judging judging = new Judging(inputs.isPresent(), isCalibrated(building), building.isPresent());
        boolean searchable = get(keys, "limits")
                .map(limits -> limits(limits, labels.isPresent(), judging, metrics))
                .orElse(false);
        Optional<Path> output = building.flatMap(value -> compress(value, searchable, judging, model));
        return new Policy(
                model,
                compressed,
                output,
                inputs,
                labels,
                arguments,
                get(keys, "baseline").map(this::path),
                tolerances(keys, metrics),
                get(keys, "reports").stream()
                        .flatMap(value -> value.list().stream())
                        .map(this::path)
                        .toList());
    }

    /**
     * What there is to judge a loss on.
     *
     * @param calibration whether a third of its inputs can be held back
     * @param building whether the model is made here, so that there might be a calibration
     */
    private record Judging(boolean inputs, boolean calibration, boolean building) {

        /** Refuses to judge a loss on made-up inputs. */
        void require(Value value, String what) {
            if (!inputs && !calibration) {
                throw value.refuse("%s, which made-up inputs do not show; give `inputs`%s"
                        .formatted(
                                what,
                                building
                                        ? ", or `calibration` in `compress`, of which a third is held back to judge on"
                                        : ""));
            }
        }
    }

    private boolean isCalibrated(Optional<Value> building) {
        return building.map(value -> value.mapping(compressKeys(compress)).containsKey("calibration"))
                .orElse(false);
    }

    private static Optional<Value> get(Map<String, Value> keys, String key) {
        return Optional.ofNullable(keys.get(key));
    }

    private void argue(String option, String text, Value value) {
        arguments.add(new Policy.Argument("--%s=%s".formatted(option, text), value));
    }

    private Path path(Value value) {
        return resolved(value.text());
    }

    private Path resolved(String path) {
        Path folder = file.getParent();
        return folder == null ? Path.of(path) : folder.resolve(path).normalize();
    }

    private Path existing(Value value) {
        Path path = path(value);
        if (!Files.exists(path)) {
            throw value.refuse("`%s` does not exist; paths are relative to the policy".formatted(path));
        }
        return path;
    }

    private Path inputs(Value value) {
        Path path = existing(value);
        argue("inputs", path.toString(), value);
        return path;
    }

    private Path labels(Value value, boolean inputs) {
        if (!inputs) {
            throw value.refuse("labels belong to `inputs`, which is missing; add it");
        }
        String text = labelsText(value);
        argue("labels", text, value);
        Path path = Path.of(text.replaceFirst("(?<=\\.npz):[^/]*$", ""));
        if (!Files.exists(path)) {
            throw value.refuse("`%s` does not exist; paths are relative to the policy".formatted(path));
        }
        return path;
    }

    /** {@code FILE.npz:NAME} as the commands take it. */
    private String labelsText(Value value) {
        String[] parts = value.text().split("(?<=\\.npz):", 2);
        return resolved(parts[0]) + (parts.length == 2 ? ":" + parts[1] : "");
    }

    private void shapes(Value bindings) {
        for (Value value : bindings.list()) {
            ShapeBinding binding = saying(value, () -> ShapeBinding.parse(value.text()));
            argue("shapes", binding.text(), value);
        }
    }

    private List<RequestedMetric> metrics(Map<String, Value> keys) {
        List<Value> plugins = get(keys, PLUGIN).stream()
                .flatMap(value -> value.each().stream())
                .toList();
        plugins.forEach(jar -> argue(PLUGIN, path(jar).toString(), jar));
        Optional<Value> wanted = get(keys, "metrics");
        if (wanted.isEmpty()) {
            return List.of();
        }
        List<Path> jars = Stream.concat(
                        plugins.stream(),
                        get(keys, "compress")
                                .flatMap(value -> get(value.mapping(compressKeys(compress)), PLUGIN))
                                .stream()
                                .flatMap(value -> value.each().stream()))
                .map(this::path)
                .toList();
        TaskMetrics all = saying(wanted.get(), () -> known.apply(jars));
        List<RequestedMetric> metrics = new ArrayList<>();
        for (Value value : wanted.get().list()) {
            metrics.add(saying(value, () -> all.select(value.text())));
            saying(value, () -> {
                TaskMetrics.requireDistinct(metrics);
                return metrics;
            });
            String name = metrics.get(metrics.size() - 1).name();
            if (LIMITS.contains(name) || METRICS.contains(name)) {
                throw value.refuse(
                        "a policy uses the name `%s` for a number of its own; rename the metric with the option as=NAME"
                                .formatted(name));
            }
            argue("metric", value.text(), value);
        }
        return metrics;
    }

    /** What is wrong with a value, said with its place. */
    private static <R> R saying(Value value, Supplier<R> question) {
        try {
            return question.get();
        } catch (InvalidInputException e) {
            throw value.refuse(String.valueOf(e.getMessage()));
        }
    }

    /** Whether a setting can be searched for by one of the limits, on how much may be lost or on the size. */
    private boolean limits(Value value, boolean labels, Judging judging, List<RequestedMetric> metrics) {
        boolean searchable = false;
        List<String> names = Stream.concat(LIMITS.stream(), metrics.stream().map(RequestedMetric::name))
                .toList();
        for (Map.Entry<String, Value> entry : value.mapping(names).entrySet()) {
            if (!LIMITS.contains(entry.getKey())) {
                limit(entry.getKey(), entry.getValue(), metrics);
                judging.require(entry.getValue(), JUDGES_LOSS);
                continue;
            }
            Limit limit = limit(entry.getKey());
            double number = entry.getValue().number();
            limit.objection(number).ifPresent(objection -> {
                throw entry.getValue().refuse(objection);
            });
            if (limit == Limit.MAX_ACCURACY_DROP && !labels) {
                throw entry.getValue().refuse("a limit on accuracy needs `inputs` and `labels`; add them");
            }
            if (limit.isOnLoss()) {
                judging.require(entry.getValue(), JUDGES_LOSS);
            }
            searchable |= limit.isOnLoss() || limit == Limit.MAX_SIZE_RATIO;
            argue(limit.label(), String.valueOf(number), entry.getValue());
        }
        return searchable;
    }

    /** A limit on a metric: what follows its name after {@code --limit}. */
    private void limit(String metric, Value value, List<RequestedMetric> metrics) {
        String text = metric + value.text();
        saying(value, () -> {
            MetricLimit limit = MetricLimit.parse(text);
            limit.requireAmong(metrics);
            return limit;
        });
        argue("limit", text, value);
    }

    private static Limit limit(String label) {
        return Arrays.stream(Limit.values())
                .filter(limit -> limit.label().equals(label))
                .findFirst()
                .orElseThrow();
    }

    /** Where the model that is made is kept, if it is. */
    private Optional<Path> compress(Value value, boolean searchable, Judging judging, Path model) {
        List<String> known = compressKeys(compress);
        Map<String, Value> settings = value.mapping(known);
        NEEDED.forEach((key, other) -> {
            if (settings.containsKey(key) && !settings.containsKey(other)) {
                throw settings.get(key).refuse("this key needs `%s`, which is missing; add it".formatted(other));
            }
        });
        settings.forEach((key, setting) -> {
            if (key.startsWith("search-") && (settings.containsKey("rank") || !searchable)) {
                throw setting.refuse("this key is for a search, which needs a limit on loss or on size, and no `rank`");
            }
            if (!key.equals("output")) {
                argue(compress.findOption("--" + key), setting);
            }
        });
        if (searchable && !settings.containsKey("rank")) {
            judging.require(value, "without `rank`, a setting is searched for by what is lost");
        }
        return get(settings, "output").map(output -> output(output, model));
    }

    private Path output(Value value, Path model) {
        Path output = path(value);
        if (output.toAbsolutePath().equals(model.toAbsolutePath())) {
            throw value.refuse("this is the original model, which is never overwritten; name another output");
        }
        return output;
    }

    /** The keys that {@code compress:} may have. */
    static List<String> compressKeys(CommandSpec compress) {
        return compress.options().stream()
                .map(option -> option.longestName().replaceFirst("^--", ""))
                .filter(name -> !NOT_OF_COMPRESS.contains(name) && !LIMITS.contains(name))
                .toList();
    }

    private void argue(OptionSpec option, Value value) {
        String name = option.longestName().substring(2);
        Class<?> type = option.auxiliaryTypes()[0];
        if (option.typeInfo().isBoolean()) {
            argue(name, String.valueOf(value.flag()), value);
            return;
        }
        for (Value item : option.isMultiValue() ? value.each() : List.of(value)) {
            if (type == Path.class) {
                argue(name, path(item).toString(), item);
            } else if (type == Integer.class || type == int.class) {
                argue(name, String.valueOf(item.whole()), item);
            } else {
                argue(name, name.endsWith("labels") ? labelsText(item) : item.text(), item);
            }
        }
    }

    private static Map<String, Double> tolerances(Map<String, Value> keys, List<RequestedMetric> metrics) {
        List<String> names = Stream.concat(METRICS.stream(), metrics.stream().map(RequestedMetric::name))
                .toList();
        Map<String, Double> tolerances = new HashMap<>();
        get(keys, "tolerance").ifPresent(value -> {
            if (!keys.containsKey("baseline")) {
                throw value.refuse("a tolerance needs a `baseline`, which is missing; add it");
            }
            Map<String, Value> single = value.isMapping() ? value.mapping(names) : Map.of();
            for (String name : names) {
                Value own = value.isMapping() ? single.get(name) : value;
                if (own != null) {
                    tolerances.put(name, tolerance(own));
                }
            }
        });
        return tolerances;
    }

    private static double tolerance(Value value) {
        double number = value.number();
        if (number < 0) {
            throw value.refuse("expected a number from 0 but was: %s".formatted(number));
        }
        return number;
    }
}
