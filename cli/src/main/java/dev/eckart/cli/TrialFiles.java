package dev.eckart.cli;

import dev.eckart.cli.render.Json;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.Destination;
import dev.eckart.core.file.Unwritable;
import dev.eckart.core.verify.LabelAccuracy;
import dev.eckart.core.verify.Loss;
import dev.eckart.core.verify.OutputComparison;
import dev.eckart.core.verify.PartComparison;
import dev.eckart.core.verify.WorstParts;
import dev.eckart.onnx.job.Trial;
import dev.eckart.onnx.job.TrialMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Trials in a folder, those of a subject in a file of their own, {@code trials-SUBJECT.json}, which is written whole with
 * each that is added. One that is damaged, that says to be of another subject, or that is not a regular file, counts as
 * missing, which is said.
 */
final class TrialFiles implements TrialMemory {
    private static final String SCHEMA = "eckart.trials/4";

    /** What every version's schema begins with: what an older or newer one wrote is not read. */
    private static final String FAMILY = "eckart.trials/";

    /** Far more than a search writes; what is larger is not read. */
    private static final long MOST_BYTES = 64L << 20;

    private static final String CHECKSUM = "checksum";
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Path folder;
    private final Consumer<String> warnings;
    /** By subject, and by setting. */
    private final Map<String, Map<String, Trial>> subjects = new HashMap<>();

    /** Whether that was said: each trial writes the file. */
    private boolean unwritable;

    TrialFiles(Path folder, Consumer<String> warnings) {
        this.folder = folder;
        this.warnings = warnings;
    }

    @Override
    public Optional<Trial> recall(String subject, String rank) {
        return Optional.ofNullable(trials(subject).get(rank));
    }

    @Override
    public void keep(String subject, Trial trial) {
        Map<String, Trial> trials = trials(subject);
        trials.put(trial.rank(), trial);
        ObjectNode root = Json.object().put("schema", SCHEMA).put("subject", subject);
        ArrayNode list = root.putArray("trials");
        trials.values().forEach(each -> write(list.addObject(), each));
        root.put(CHECKSUM, checksum(parsed(Json.render(root))));
        try {
            clear(file(subject));
            ReportFiles.write(file(subject), Json.render(root));
        } catch (InvalidInputException e) {
            if (!unwritable) {
                warnings.accept("cache file %s; the next search measures again".formatted(e.getMessage()));
            }
            unwritable = true;
        }
    }

    private static void clear(Path file) {
        try {
            Destination.clear(file);
        } catch (IOException e) {
            throw Unwritable.because(file, e);
        }
    }

    private Path file(String subject) {
        return folder.resolve("trials-%s.json".formatted(subject));
    }

    private Map<String, Trial> trials(String subject) {
        return subjects.computeIfAbsent(subject, this::read);
    }

    private Map<String, Trial> read(String subject) {
        Path file = file(subject);
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!attributes.isRegularFile()) {
                // To open a pipe is to wait for whoever writes to it, and what a link leads to may be changed at any
                // time.
                return measuredAgain(file, "is not a regular file");
            }
            return attributes.size() > MOST_BYTES
                    ? measuredAgain(file, "is damaged")
                    : trials(subject, file, parsed(Files.readString(file)));
        } catch (NoSuchFileException e) {
            return new LinkedHashMap<>();
        } catch (IOException | JacksonException | IllegalArgumentException | ClassCastException e) {
            return measuredAgain(file, "is damaged");
        }
    }

    private Map<String, Trial> trials(String subject, Path file, ObjectNode root) {
        String schema = root.required("schema").asString();
        if (!schema.equals(SCHEMA)) {
            return schema.startsWith(FAMILY) ? new LinkedHashMap<>() : measuredAgain(file, "is damaged");
        }
        String checksum = root.required(CHECKSUM).asString();
        root.remove(CHECKSUM);
        if (!checksum.equals(checksum(root))) {
            return measuredAgain(file, "is damaged");
        }
        if (!root.required("subject").asString().equals(subject)) {
            return measuredAgain(file, "holds the trials of another search");
        }
        Map<String, Trial> trials = new LinkedHashMap<>();
        for (JsonNode node : root.required("trials")) {
            Trial trial = trial(node);
            trials.put(trial.rank(), trial);
        }
        return trials;
    }

    private Map<String, Trial> measuredAgain(Path file, String fault) {
        warnings.accept("cache file `%s` %s; its trials are measured again".formatted(file, fault));
        return new LinkedHashMap<>();
    }

    private static ObjectNode parsed(String text) {
        return (ObjectNode) MAPPER.readTree(text);
    }

    /** Of all but the checksum, as it is read: so that a number that is written in another way is the same. */
    private static String checksum(ObjectNode root) {
        CRC32C crc = new CRC32C();
        crc.update(MAPPER.writeValueAsBytes(root));
        return "%08x".formatted(crc.getValue());
    }

    private static void write(ObjectNode node, Trial trial) {
        node.put("rank", trial.rank())
                .put("bytes", trial.bytes())
                .put("parameters", trial.parameters())
                .put("linearParameters", trial.linearParameters())
                .put("sha256", trial.sha256());
        ArrayNode weights = node.putArray("weights");
        for (Trial.Weight weight : trial.weights()) {
            weights.addObject()
                    .put("name", weight.name())
                    .put("rank", weight.rank())
                    .put("breakEvenRank", weight.breakEven())
                    .put("sides", weight.sides())
                    .put("parameters", weight.numbers());
        }
        ArrayNode outputs = node.putArray("outputs");
        for (OutputComparison output : trial.loss().outputs()) {
            ObjectNode entry = outputs.addObject().put("name", output.name());
            Json.putNumber(entry, "maxAbsoluteError", output.maxAbsoluteError());
            Json.putNumber(entry, "relativeError", output.relativeError());
            // A number that an output does not have is left out: null is one that is not finite.
            output.cosine().ifPresent(cosine -> Json.putNumber(entry, "cosine", cosine));
            output.agreement().ifPresent(agreement -> entry.put("agreement", agreement));
            output.top1Agreement().ifPresent(agreement -> entry.put("top1Agreement", agreement));
            output.worstParts().ifPresent(parts -> {
                write(entry.putObject("worstPart"), parts.byError());
                write(entry.putObject("worstPartByCosine"), parts.byCosine());
            });
        }
        ObjectNode metrics = node.putObject("metrics");
        trial.metrics().forEach((name, value) -> Json.putNumber(metrics, name, value));
        trial.loss()
                .accuracy()
                .ifPresent(accuracy -> node.putObject("accuracy")
                        .put("original", accuracy.original())
                        .put("compressed", accuracy.compressed())
                        .put("samples", accuracy.samples())
                        .put("disputed", accuracy.disputed()));
    }

    private static void write(ObjectNode node, PartComparison part) {
        node.put("axis", part.axis()).put("index", part.index());
        Json.putNumber(node, "relativeError", part.relativeError());
        Json.putNumber(node, "cosine", part.cosine());
    }

    private static Trial trial(JsonNode node) {
        List<Trial.Weight> weights = new ArrayList<>();
        for (JsonNode weight : node.required("weights")) {
            weights.add(new Trial.Weight(
                    weight.required("name").asString(),
                    weight.required("rank").asInt(),
                    weight.required("breakEvenRank").asInt(),
                    weight.required("sides").asLong(),
                    weight.required("parameters").asLong()));
        }
        List<OutputComparison> outputs = new ArrayList<>();
        for (JsonNode output : node.required("outputs")) {
            outputs.add(new OutputComparison(
                    output.required("name").asString(),
                    number(output.required("maxAbsoluteError")),
                    number(output.required("relativeError")),
                    optional(output, "cosine"),
                    optional(output, "agreement"),
                    optional(output, "top1Agreement"),
                    output.has("worstPart")
                            ? Optional.of(new WorstParts(
                                    part(output.required("worstPart")), part(output.required("worstPartByCosine"))))
                            : Optional.empty()));
        }
        Optional<LabelAccuracy> accuracy = node.has("accuracy")
                ? Optional.of(new LabelAccuracy(
                        node.get("accuracy").required("original").asDouble(),
                        node.get("accuracy").required("compressed").asDouble(),
                        node.get("accuracy").required("samples").asLong(),
                        node.get("accuracy").required("disputed").asLong()))
                : Optional.empty();
        return new Trial(
                node.required("rank").asString(),
                weights,
                node.required("bytes").asLong(),
                node.required("parameters").asLong(),
                node.required("linearParameters").asLong(),
                node.required("sha256").asString(),
                new Loss(outputs, accuracy),
                Optional.empty(),
                metrics(node.required("metrics")));
    }

    private static SortedMap<String, Double> metrics(JsonNode node) {
        SortedMap<String, Double> metrics = new TreeMap<>();
        node.properties().forEach(entry -> metrics.put(entry.getKey(), number(entry.getValue())));
        return metrics;
    }

    private static PartComparison part(JsonNode node) {
        return new PartComparison(
                node.required("axis").asInt(),
                node.required("index").asInt(),
                number(node.required("relativeError")),
                number(node.required("cosine")));
    }

    private static OptionalDouble optional(JsonNode node, String name) {
        return node.has(name) ? OptionalDouble.of(number(node.get(name))) : OptionalDouble.empty();
    }

    /** What is no number is written as null. */
    private static double number(JsonNode node) {
        return node.isNull() ? Double.NaN : node.asDouble();
    }
}
