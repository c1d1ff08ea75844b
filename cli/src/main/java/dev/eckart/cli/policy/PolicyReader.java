package dev.eckart.cli.policy;

import dev.eckart.cli.baseline.Metric;
import dev.eckart.core.verify.Limit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
            "limits",
            "baseline",
            "tolerance",
            "reports");

    /** Options of {@code compress} that are keys of the policy itself, or say how a terminal or machine is used. */
    private static final Set<String> NOT_OF_COMPRESS = Set.of(
            "inputs",
            "labels",
            "seed",
            "report",
            "json",
            "dry-run",
            "no-verify",
            "force",
            "keep-failed",
            "backend",
            "threads",
            "quiet",
            "no-progress",
            "debug",
            "help");

    private static final List<String> LIMITS =
            Arrays.stream(Limit.values()).map(Limit::label).toList();

    /** Keys of {@code compress:} that mean nothing without another one. */
    private static final Map<String, String> NEEDED = Map.of(
            "mask", "calibration",
            "refit", "calibration",
            "cache-vectors", "cache",
            "search-labels", "search-inputs");

    private final Path file;
    private final CommandSpec compress;
    private final List<Policy.Argument> arguments = new ArrayList<>();

    PolicyReader(Path file, CommandSpec compress) {
        this.file = file;
        this.compress = compress;
    }

    Policy read() {
        Value document = Yaml.read(file);
        Map<String, Value> keys = document.mapping(KEYS);
        if (!keys.containsKey("model")) {
            throw document.refuse("there is no `model`, the original that is compressed");
        }
        Path model = existing(keys.get("model"));
        Optional<Path> compressed = get(keys, "compressed").map(this::existing);
        Optional<Value> building = get(keys, "compress");
        if (compressed.isPresent() == building.isPresent()) {
            throw document.refuse(
                    compressed.isPresent()
                            ? "`compressed` names a model and `compress` makes one; leave one of them out"
                            : "there is neither `compressed`, a model to check, nor `compress`, how to make one");
        }
        Optional<Path> inputs = get(keys, "inputs").map(this::inputs);
        Optional<Path> labels = get(keys, "labels").map(value -> labels(value, inputs.isPresent()));
        get(keys, "seed").ifPresent(value -> argue("seed", String.valueOf(value.whole()), value));
        boolean limitsLoss = get(keys, "limits")
                .map(limits -> limits(limits, labels.isPresent()))
                .orElse(false);
        Optional<Path> output = building.flatMap(value -> compress(value, limitsLoss, model));
        return new Policy(
                model,
                compressed,
                output,
                inputs,
                labels,
                arguments,
                get(keys, "baseline").map(this::path),
                tolerances(keys),
                get(keys, "reports").stream()
                        .flatMap(value -> value.list().stream())
                        .map(this::path)
                        .toList());
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
            throw value.refuse("labels are of `inputs`, which are missing");
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

    /** Whether one of the limits is on how much may be lost. */
    private boolean limits(Value value, boolean labels) {
        boolean loss = false;
        for (Map.Entry<String, Value> entry : value.mapping(LIMITS).entrySet()) {
            Limit limit = limit(entry.getKey());
            double number = entry.getValue().number();
            requireSensible(limit, number, entry.getValue());
            if (limit == Limit.MAX_ACCURACY_DROP && !labels) {
                throw entry.getValue().refuse("accuracy needs `inputs` and `labels` to be measured on");
            }
            loss |= limit != Limit.MAX_SIZE_RATIO && limit != Limit.MAX_LATENCY_RATIO;
            argue(limit.label(), String.valueOf(number), entry.getValue());
        }
        return loss;
    }

    private static Limit limit(String label) {
        return Arrays.stream(Limit.values())
                .filter(limit -> limit.label().equals(label))
                .findFirst()
                .orElseThrow();
    }

    private static void requireSensible(Limit limit, double number, Value value) {
        boolean sensible = switch (limit) {
            case MAX_ACCURACY_DROP, MIN_COSINE -> Math.abs(number) <= 1;
            case MAX_RELATIVE_ERROR -> number >= 0;
            case MAX_SIZE_RATIO, MAX_LATENCY_RATIO -> number > 0;
        };
        if (!sensible) {
            throw value.refuse("expected %s but was: %s"
                    .formatted(
                            switch (limit) {
                                case MAX_ACCURACY_DROP -> "a share from -1 to 1, such as 0.005 for half a point";
                                case MIN_COSINE -> "a number from -1 to 1";
                                case MAX_RELATIVE_ERROR -> "a number from 0";
                                case MAX_SIZE_RATIO, MAX_LATENCY_RATIO -> "a share of the original's above 0";
                            },
                            number));
        }
    }

    /** Where the model that is made is kept, if it is. */
    private Optional<Path> compress(Value value, boolean limitsLoss, Path model) {
        List<String> known = compressKeys(compress);
        Map<String, Value> settings = value.mapping(known);
        NEEDED.forEach((key, other) -> {
            if (settings.containsKey(key) && !settings.containsKey(other)) {
                throw settings.get(key).refuse("this means nothing without `%s`, which is missing".formatted(other));
            }
        });
        settings.forEach((key, setting) -> {
            if (key.startsWith("search-") && (settings.containsKey("rank") || !limitsLoss)) {
                throw setting.refuse(
                        "this belongs to a search for a setting, which takes a limit on what may be lost and no `rank`");
            }
            if (!key.equals("output")) {
                argue(compress.findOption("--" + key), setting);
            }
        });
        return get(settings, "output").map(output -> output(output, model));
    }

    private Path output(Value value, Path model) {
        Path output = path(value);
        if (output.toAbsolutePath().equals(model.toAbsolutePath())) {
            throw value.refuse("this is the original itself, which is never overwritten");
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

    private static Map<Metric, Double> tolerances(Map<String, Value> keys) {
        Map<Metric, Double> tolerances = new EnumMap<>(Metric.class);
        for (Metric metric : Metric.values()) {
            tolerances.put(metric, Metric.DEFAULT_TOLERANCE);
        }
        get(keys, "tolerance").ifPresent(value -> {
            if (!keys.containsKey("baseline")) {
                throw value.refuse("a tolerance is for a `baseline`, which is missing");
            }
            Map<String, Value> single = value.isMapping()
                    ? value.mapping(
                            Arrays.stream(Metric.values()).map(Metric::label).toList())
                    : Map.of();
            for (Metric metric : Metric.values()) {
                Value own = value.isMapping() ? single.get(metric.label()) : value;
                if (own != null) {
                    tolerances.put(metric, tolerance(own));
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
