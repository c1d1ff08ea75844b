package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.eckart.models.mnist.BundledClassifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What commands write, and what the published schemas say of it. */
class SchemaTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @TempDir
    private Path folder;

    private String model = "";
    private String inputs = "";

    @BeforeEach
    void extract() {
        model = BundledClassifier.MODEL.extractTo(folder).toString();
        inputs = BundledClassifier.HELD_OUT.extractTo(folder).toString();
    }

    private static ObjectNode read(String name) {
        return (ObjectNode) MAPPER.readTree(
                Path.of("../docs/schemas/%s.schema.json".formatted(name)).toFile());
    }

    private static Schema schema(JsonNode node) {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(node);
    }

    /** The schema, with every field that it does not name refused: what commands write is to be written down. */
    private static Schema strict(String name) {
        ObjectNode node = read(name);
        close(node);
        return schema(node);
    }

    private static void close(JsonNode node) {
        if (node instanceof ObjectNode object
                && object.path("type").asString("").equals("object")
                && object.has("properties")) {
            object.put("additionalProperties", false);
        }
        node.values().forEach(SchemaTest::close);
    }

    private static void assertValid(String name, CommandLineRun run) {
        assertThat(strict(name).validate(run.json())).as(run.out()).isEmpty();
    }

    @Test
    void reports_should_be_as_their_schema_says() {
        String small = folder.resolve("small.onnx").toString();
        assertValid("report", eckart("scan", model, "--json"));
        assertValid("report", eckart("scan", model, "--encoding", "bits,packed,pair", "--json"));
        assertValid("report", eckart("compress", model, "--dry-run", "--json"));
        assertValid(
                "report",
                eckart(
                        "compress",
                        model,
                        "-o",
                        small,
                        "--rank",
                        "fixed:16",
                        "--calibration",
                        inputs,
                        "--inputs",
                        inputs,
                        "--labels",
                        inputs + ":labels",
                        "--min-cosine",
                        "0.5",
                        "--mark-if-slower",
                        "--json"));
        assertValid("report", eckart("verify", model, small, "--max-size-ratio", "1e-9", "--json"));
        assertValid("report", eckart("verify", model, small, "--shapes", "batch=3", "--memory", "--json"));
        assertValid(
                "report",
                eckart(
                        "verify",
                        model,
                        small,
                        "--inputs",
                        inputs,
                        "--labels",
                        inputs + ":labels",
                        "--metric",
                        "top-k:5",
                        "--metric",
                        "embedding-cosine",
                        "--limit",
                        "top-5-accuracy<=1",
                        "--json"));
        assertValid(
                "report",
                eckart(
                        "compress",
                        model,
                        "-o",
                        small,
                        "--force",
                        "--max-relative-error",
                        "0.5",
                        "--inputs",
                        inputs,
                        "--search-trials",
                        "4",
                        "--json"));
        assertValid(
                "report",
                eckart(
                        "compress",
                        model,
                        "-o",
                        small,
                        "--force",
                        "--max-relative-error",
                        "1e-9",
                        "--calibration",
                        inputs,
                        "--search-trials",
                        "2",
                        "--json"));
        assertValid(
                "report",
                eckart(
                        "compress",
                        model,
                        "-o",
                        small,
                        "--force",
                        "--max-size-ratio",
                        "0.2",
                        "--inputs",
                        inputs,
                        "--json"));
    }

    @Test
    void report_of_a_check_and_its_baseline_should_be_as_their_schemas_say() throws IOException {
        Path policy = folder.resolve("policy.yml");
        String text = "model: %s\nbaseline: lock.json\nmetrics: [embedding-cosine]\ncompress: { rank: 'fixed:%d' }\n";
        Files.writeString(policy, text.formatted(BundledClassifier.MODEL.fileName(), 16));
        eckart("check", policy, "--update-baseline");
        Files.writeString(policy, text.formatted(BundledClassifier.MODEL.fileName(), 15));

        CommandLineRun run = eckart("check", policy, "--json");

        assertThat(run.json().get("baseline").get("moved")).isNotEmpty();
        assertValid("report", run);
        String lock = Files.readString(folder.resolve("lock.json"));
        assertThat(strict("lock").validate(lock, InputFormat.JSON)).isEmpty();
        assertThat(strict("lock")
                        .validate(Files.readString(Path.of("../examples/policy/eckart.lock.json")), InputFormat.JSON))
                .isEmpty();
        assertThat(schema(read("lock")).validate(lock.replace("\"ranks\"", "\"rnks\""), InputFormat.JSON))
                .isNotEmpty();
    }

    @Test
    void sweeps_comparisons_and_decompositions_should_be_as_their_schemas_say() {
        assertValid(
                "sweep",
                eckart(
                        "sweep",
                        model,
                        "--rank",
                        "fixed:4",
                        "--rank",
                        "fixed:8",
                        "--inputs",
                        inputs,
                        "--labels",
                        inputs + ":labels",
                        "--json"));
        String small = folder.resolve("small.onnx").toString();
        eckart("compress", model, "-o", small, "--rank", "fixed:16", "--no-verify");
        assertValid("compare", eckart("compare", model, small, "--json", "--no-latency", "--no-memory"));
        assertValid(
                "compare",
                eckart(
                        "compare",
                        model,
                        small,
                        "--inputs",
                        inputs,
                        "--labels",
                        inputs + ":labels",
                        "--metric",
                        "top-k:5",
                        "--min-cosine",
                        "0.5",
                        "--json"));
        assertValid("svd", eckart("svd", inputs + ":image", "--rank", "2", "--json"));
    }

    @Test
    void reports_that_are_wrong_should_not_be_valid() {
        JsonNode report = eckart("scan", model, "--json").json();
        Schema schema = schema(read("report"));
        assertThat(schema.validate(report)).isEmpty();
        assertThat(schema.validate(((ObjectNode) report.deepCopy()).put("schema", "eckart.report/2")))
                .isNotEmpty();
        assertThat(schema.validate(((ObjectNode) report.deepCopy()).put("command", "compress")))
                .isNotEmpty();
        assertThat(schema.validate(((ObjectNode) report.deepCopy()).put("model", "m.onnx")))
                .isNotEmpty();
    }

    @Test
    void accounts_of_folders_should_be_as_their_schema_says() throws IOException {
        Path exported = Files.createDirectory(folder.resolve("exported"));
        Files.copy(Path.of(model), exported.resolve("model.onnx"));
        Files.copy(Path.of(model), exported.resolve("other.onnx"));
        Files.writeString(exported.resolve("broken.onnx"), "none");

        CommandLineRun run = eckart(
                "compress", exported, "--dry-run", "--rank", "fixed:16", "--models", "m*", "--models", "b*", "--json");

        assertValid("folder", run);
        assertThat(run.json().get("models").values())
                .extracting(each -> each.get("outcome").asString())
                .containsExactly("refused", "compressed", "not-chosen");
        assertThat(strict("report").validate(run.json().at("/models/1/report"))).isEmpty();
    }

    @Test
    void the_example_should_be_a_valid_policy() throws IOException {
        assertThat(validatePolicy(Files.readString(Path.of("../examples/policy/check.yml"))))
                .isEmpty();
        assertThat(validatePolicy("model: m.onnx\ncompressed: c.onnx\nreports: [a.xml]\n"))
                .isEmpty();
        assertThat(
                        validatePolicy(
                                "model: m.onnx\ncompressed: c.onnx\nshapes: ['batch=1,x[1]=16']\nmemory: true\ntime-limit: 1h30m\nisolate: false\nlimits: { max-memory-ratio: 1 }\n"))
                .isEmpty();
        assertThat(
                        validatePolicy(
                                "model: m.onnx\ncompressed: c.onnx\nplugin: p.jar\nmetrics: ['top-k:5']\nlimits: { top-5-accuracy: '<=0.01', min-cosine: 0.9 }\n"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "compress: {}",
                "model: m.onnx",
                "model: m.onnx\ncompress: {}\ncompressed: c.onnx",
                "model: m.onnx\ncompress: { rnk: x }",
                "model: m.onnx\ncompress: { rank: 3 }",
                "model: m.onnx\ncompress: { mask: m }",
                "model: m.onnx\ncompress: {}\nlimits: { min-cosine: 2 }",
                "model: m.onnx\ncompress: {}\nlimits: { top-5-accuracy: 0.1 }",
                "model: m.onnx\ncompress: {}\nlimits: { top-5-accuracy: '0.1' }",
                "model: m.onnx\ncompress: {}\nmetrics: top-k:5",
                "model: m.onnx\ncompress: {}\nlabels: l.npy",
                "model: m.onnx\ncompress: {}\nshapes: batch=1",
                "model: m.onnx\ncompress: {}\nshapes: ['batch=0']",
                "model: m.onnx\ncompress: {}\nmemory: 1",
                "model: m.onnx\ncompress: {}\ntime-limit: 10",
                "model: m.onnx\ncompress: {}\ntime-limit: soon",
                "model: m.onnx\ncompress: {}\nisolate: maybe",
                "model: m.onnx\ncompress: {}\nlimits: { max-memory-ratio: 0 }",
                "model: m.onnx\ncompress: {}\ntolerance: 1",
                "model: m.onnx\ncompress: {}\nreports: [r.pdf]",
            })
    void policies_that_are_wrong_should_not_be_valid(String text) {
        assertThat(validatePolicy(text)).isNotEmpty();
    }

    private static List<com.networknt.schema.Error> validatePolicy(String text) {
        return schema(read("policy")).validate(text, InputFormat.YAML);
    }

    @Test
    void schema_of_policies_should_have_the_options_of_the_command() throws IOException {
        Path policy = Files.writeString(
                folder.resolve("policy.yml"), "model: %s\ncompress: { zzzzzzzzzzzz: 1 }".formatted(model));
        String known = eckart("check", policy)
                .err()
                .replaceFirst("(?s).*expected one of ", "")
                .strip();

        assertThat(read("policy").at("/properties/compress/properties").propertyNames())
                .containsExactlyInAnyOrder(known.split(", "));
    }
}
