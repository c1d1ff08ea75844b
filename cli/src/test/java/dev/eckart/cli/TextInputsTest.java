package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomMatrices;
import dev.eckart.models.mnist.BundledClassifier;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code inputs} with a tokenizer of eight words. */
class TextInputsTest {
    private static final String TOKENIZER = """
            {
              "version": "1.0",
              "truncation": %s,
              "padding": null,
              "added_tokens": [
                {"id": 7, "content": "[PAD]", "special": true, "single_word": false, "lstrip": false, "rstrip": false,
                 "normalized": false}
              ],
              "normalizer": null,
              "pre_tokenizer": {"type": "Whitespace"},
              "post_processor": {
                "type": "TemplateProcessing",
                "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]}}
              },
              "decoder": null,
              "model": {
                "type": "WordLevel",
                "vocab": {"[UNK]": 0, "[CLS]": 1, "one": 2, "two": 3, "three": 4, "four": 5, "five": 6, "[PAD]": 7},
                "unk_token": "[UNK]"
              }
            }
            """;

    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path texts = Path.of("");
    private Path tokenizer = Path.of("");
    private Path out = Path.of("");

    @BeforeEach
    void write() throws IOException {
        model = model("model.onnx", DataType.INT64, "batch", "sequence");
        texts = Files.writeString(folder.resolve("texts.txt"), "one two three\n\nfour\nsix five\n");
        tokenizer = Files.writeString(folder.resolve("tokenizer.json"), TOKENIZER.formatted("null"));
        out = folder.resolve("cal.npz");
    }

    /** A table of eight rows, looked up by {@code input_ids}, times the mask. */
    private Path model(String name, DataType type, Object... dims) throws IOException {
        return Files.write(
                folder.resolve(name),
                ModelBuilder.model("texts", 13)
                        .input("input_ids", type, dims)
                        .input("attention_mask", DataType.FLOAT, dims)
                        .weight("table", RandomMatrices.normal(8, 16, 1))
                        .node("Gather", List.of("table", "input_ids"), "rows")
                        .weight("fc", RandomMatrices.ofRank(2, 16, 12, 2))
                        .node("MatMul", List.of("rows", "fc"), "y")
                        .output("y", dims[0], dims[1], 12)
                        .build()
                        .toByteArray());
    }

    private CommandLineRun inputs(Object... more) {
        Object[] all = new Object[more.length + 6];
        System.arraycopy(new Object[] {"inputs", model, "--text", texts, "-o", out}, 0, all, 0, 6);
        System.arraycopy(more, 0, all, 6, more.length);
        return eckart(all);
    }

    private static List<Double> numbers(NpyArray array) {
        return IntStream.range(0, array.size()).mapToObj(array::doubleAt).toList();
    }

    @Test
    void should_write_the_inputs_that_a_model_has_in_its_types() {
        CommandLineRun run = inputs();

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).isEqualTo(out + ": 3 samples: input_ids int64 [3, 4], attention_mask float32 [3, 4]\n");
        Map<String, NpyArray> arrays = NpyFile.readAll(out);
        assertThat(arrays).containsOnlyKeys("input_ids", "attention_mask");
        assertThat(numbers(Objects.requireNonNull(arrays.get("input_ids"))))
                .containsExactly(1., 2., 3., 4., 1., 5., 7., 7., 1., 0., 6., 7.);
        assertThat(numbers(Objects.requireNonNull(arrays.get("attention_mask"))))
                .containsExactly(1., 1., 1., 1., 1., 1., 0., 0., 1., 1., 1., 0.);
    }

    @Test
    void should_be_calibrated_and_compared_on() {
        inputs();

        CommandLineRun run = eckart(
                "compress",
                model,
                "-o",
                folder.resolve("small.onnx"),
                "--rank",
                "fixed:2",
                "--calibration",
                out,
                "--inputs",
                out,
                "--write-anyway");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("3 samples, inputs: " + out);
    }

    @Test
    void should_cut_texts_to_the_length_given_or_the_tokenizers_or_the_models() throws IOException {
        assertThat(inputs("--max-length", "3").out())
                .contains("input_ids int64 [3, 3]")
                .endsWith("; 1 text was cut to 3 tokens\n");
        Files.writeString(
                tokenizer,
                TOKENIZER.formatted(
                        "{\"direction\": \"Right\", \"max_length\": 2, \"strategy\": \"LongestFirst\", \"stride\": 0}"));
        assertThat(inputs("--force").out())
                .contains("input_ids int64 [3, 2]")
                .endsWith("; 2 texts were cut to 2 tokens\n");
        assertThat(inputs("--force", "--max-length", "4").out()).contains("input_ids int64 [3, 4]");
        model = model("fixed.onnx", DataType.INT32, 2, 6);
        assertThat(inputs("--force").out())
                .contains("2 samples: input_ids int32 [2, 6], attention_mask float32 [2, 6]");
        refused("takes 6 tokens; expected no more than these", "--max-length", "7", "--force");
        refused("takes 2 texts at a time", "--samples", "1", "--force");
    }

    @Test
    void should_take_samples_from_all_over_the_file() {
        inputs("--samples", "2");

        assertThat(numbers(Objects.requireNonNull(NpyFile.readAll(out).get("input_ids"))))
                .containsExactly(1., 2., 3., 4., 1., 5., 7., 7.);
    }

    @Test
    void should_refuse_what_it_cannot_make_inputs_of() throws IOException {
        refused("--max-length: expected a whole number from 1 but was: 0", "--max-length", "0");
        refused("--samples: expected a whole number from 1 but was: -1", "--samples", "-1");
        Path other = Files.writeString(folder.resolve("other.json"), "{\"model\": {\"type\": \"None\"}}");
        refused("the tokenizers' library refuses `" + other, "--tokenizer", other);
        refused("has no object `model`; expected a tokenizer.json", "--tokenizer", Files.writeString(other, "{}"));
        refused("is no JSON document", "--tokenizer", texts);
        Files.delete(tokenizer);
        refused("there is no tokenizer: ");
        refused("does not exist; expected a tokenizer.json", "--tokenizer", folder.resolve("none.json"));
        Files.writeString(tokenizer, TOKENIZER.formatted("null"));
        Files.writeString(texts, " \n\n");
        refused("holds no text; expected one in each line");
        Files.write(texts, new byte[] {(byte) 0xff});
        refused("is no text in UTF-8");
        model = BundledClassifier.MODEL.extractTo(folder);
        refused("takes `image`, which is made of no text; expected a model whose inputs are among `input_ids`");
        model = model("doubles.onnx", DataType.DOUBLE, "batch", "sequence");
        refused("input `input_ids` of `" + model + "` is float64; expected int64, int32 or float32");
    }

    private void refused(String sentence, Object... more) {
        CommandLineRun run = inputs(more);
        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.err()).startsWith("eckart: ").contains(sentence);
        assertThat(run.err().lines()).hasSize(1);
    }

    @Test
    void should_write_over_nothing_that_it_reads_or_that_is_there() throws IOException {
        Files.writeString(out, "mine");
        refused("already exists");
        out = texts;
        refused("is the texts, which is never overwritten");
        out = folder.resolve("cal.npy");
        refused("has an unknown ending; expected .npz");
    }

    @Test
    void should_leave_nothing_in_the_home_or_the_temporary_folder() throws IOException {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        inputs();

        try (var files = Files.list(temporary)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .noneMatch(name -> name.startsWith("eckart-tokenizers"));
        }
        assertThat(System.getProperty("ai.djl.offline")).isEqualTo("true");
    }

    /** The sentences of docs/results.md, and a tokenizer as it is published. */
    @Test
    void should_make_of_sentences_what_is_stored_of_them() throws IOException {
        Path sentences = Path.of("..", "test-models", "data", "sentences");
        texts = Files.write(
                folder.resolve("sentences.txt"),
                Files.readAllLines(sentences.resolve("calibration.txt")).stream()
                        .filter(line -> !line.startsWith("# "))
                        .toList());
        model = Files.write(
                folder.resolve("three.onnx"),
                ModelBuilder.model("texts", 13)
                        .input("input_ids", DataType.INT64, "batch", "sequence")
                        .input("token_type_ids", DataType.INT64, "batch", "sequence")
                        .input("attention_mask", DataType.INT64, "batch", "sequence")
                        .node("Add", List.of("input_ids", "token_type_ids"), "sum")
                        .node("Mul", List.of("sum", "attention_mask"), "y")
                        .output("y", DataType.INT64, "batch", "sequence")
                        .build()
                        .toByteArray());
        Path published = folder.resolve("published.json");
        try (InputStream resource = Objects.requireNonNull(
                TextInputsTest.class.getResourceAsStream("/all-minilm-l6-v2-tokenizer.json"), "the tokenizer")) {
            Files.copy(resource, published);
        }

        CommandLineRun run = inputs("--tokenizer", published);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(NpyFile.readAll(out)).isEqualTo(NpyFile.readAll(sentences.resolve("calibration.npz")));
        refused("puts more tokens around each text than 1", "--tokenizer", published, "--max-length", "1", "--force");
    }
}
