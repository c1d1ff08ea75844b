package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.cli.render.ShownText;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomInputs;
import dev.eckart.models.RandomMatrices;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** One name that would do something to a terminal, to a page or to a build server, through every command and form. */
class HostileNamesTest {
    private static final String NAME =
            "w\u001B[31m\u001B]0;x\u0007\u009B\u007F\u202Et\u2066x\u2069\u200E\u200F\u061C\u200B\u2060\uFEFF\u2028\u2029\u0085\uDB40\uDC41"
                    + "\r\n::error::done\n##vso[task.setvariable]1 \t ::warning::x |`@someone` #123 https://example.org <b>&";

    /** ONNX Runtime's binding cannot ask for an output whose name has a character beyond 16 bits. */
    private static final String OUTPUT = "y" + NAME.replace("\uDB40\uDC41", "");

    /** What no terminal and no page may be given; line feeds and tabs are the program's own. */
    private static final Pattern RAW =
            Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}&&[^\n\t]]|(?m)^\\s*::|##\\w*\\[", Pattern.UNICODE_CHARACTER_CLASS);

    @TempDir
    private Path folder;

    @Test
    void should_show_names_in_a_model_as_text_in_each_form_of_what_is_found() throws IOException {
        Path model = model(folder.resolve("model.onnx"));
        Path inputs = RandomInputs.write(folder.resolve("inputs.npz"), 5, 40, 1);
        Path out = folder.resolve("out.onnx");

        shown(0, "scan", model, "--report", report("scan.html"), "--report", report("scan.json"));
        shown(
                0,
                Stream.concat(
                                Stream.of("compress", model, "-o", out, "--rank", "ranks," + written() + "=2"),
                                reports("compress"))
                        .toArray());
        shown(
                0,
                Stream.concat(Stream.of("verify", model, out, "--inputs", inputs), reports("verify"))
                        .toArray());
        shown(3, "verify", model, out, "--inputs", inputs, "--min-cosine", "0.9999999");
        shown(
                0,
                "sweep",
                model,
                "--rank",
                "ranks," + written() + "=2",
                "--inputs",
                inputs,
                "--report",
                report("sweep.csv"),
                "--report",
                report("sweep.html"),
                "--report",
                report("sweep.json"));
        shown(
                4,
                "compress",
                model,
                "-o",
                folder.resolve("none.onnx"),
                "--inputs",
                inputs,
                "--min-cosine",
                "1",
                "--max-size-ratio",
                "0.2",
                "--search-trials",
                "2");
        Path policy = Files.writeString(
                folder.resolve("policy.yml"),
                "model: model.onnx\ninputs: inputs.npz\ncompress: { rank: 'fixed:2' }\nlimits: { min-cosine: 0.1 }\nbaseline: base.json\n");
        shown(0, "check", policy, "--update-baseline");
        shown(0, "check", policy);

        CommandLineRun json = eckart("scan", model, "--json");
        assertThat(json.out()).doesNotContainPattern(RAW);
        assertThat(json.json().get("weights").get(0).get("name").asString()).isEqualTo(NAME);
        assertThat(JsonMapper.builder()
                        .build()
                        .readTree(Files.readString(folder.resolve("verify.json")))
                        .get("verification")
                        .get("outputs")
                        .get(0)
                        .get("name")
                        .asString())
                .isEqualTo(OUTPUT);
        assertThat(folder.resolve("verify.md"))
                .content()
                .contains("yw\\\\u{001B}", "\\`@<!-- -->someone\\` \\#<!-- -->123");
        assertThat(eckart("scan", model).out()).contains("w\\u{001B}[31m");
    }

    @Test
    void should_show_arguments_as_text_in_each_message() {
        List<List<Object>> mistakes = List.of(
                List.of(NAME),
                List.of("scan", "--" + NAME),
                List.of("scan", "x.onnx", "--threads", NAME),
                List.of("scan", "x.onnx", "--backend", NAME),
                List.of("scan", model(folder.resolve("model.onnx")), "--rank", NAME),
                List.of("scan", folder.resolve("model.onnx"), "--include", NAME + "x"),
                List.of("compress", "x.onnx", "-o", "y.onnx", NAME),
                List.of("verify", "x.onnx", "y.onnx", "--limit", NAME),
                List.of("verify", "x.onnx", "y.onnx", "--metric", NAME),
                List.of("verify", "x.onnx", "y.onnx", "--time-limit", NAME),
                List.of("sweep", folder.resolve("model.onnx"), "--rank", NAME + ":1..3"),
                List.of("svd", folder.resolve("model.onnx") + ":" + "w", "--rank", NAME));
        mistakes.forEach(mistake -> shown(2, mistake.toArray()));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no such file names")
    void should_show_names_of_files_as_text() throws IOException {
        Path model = model(folder.resolve(fileName("model.onnx")));
        Path inputs = RandomInputs.write(folder.resolve(fileName("inputs.npz")), 5, 40, 1);
        Path out = folder.resolve(fileName("out.onnx"));
        Path matrix = folder.resolve(fileName("matrix.npy"));
        NpyFile.write(matrix, NpyArray.ofMatrix(Matrix.of(2, 2, 1, 2, 3, 4)));
        Path policy = Files.writeString(folder.resolve(fileName("policy.yml")), "model: 1\n");

        shown(0, "scan", model);
        shown(
                0,
                Stream.concat(
                                Stream.of("compress", model, "-o", out, "--rank", "2", "--inputs", inputs),
                                reports("files"))
                        .toArray());
        shown(0, "sweep", model, "--rank", "2", "--inputs", inputs);
        shown(0, "svd", matrix, "--rank", "1");
        shown(0, "svd", matrix, "--rank", "1", "--json");
        shown(2, "compress", model, "-o", out);
        shown(2, "check", policy);
        for (String command : List.of("scan", "svd", "check")) {
            shown(2, command, folder.resolve(fileName("missing")));
            shown(2, command, Files.writeString(folder.resolve(fileName(command)), "nothing"));
        }
        shown(2, "strategies", "--plugin", policy);
        shown(2, "scan", folder.resolve(fileName("missing")), "--debug");
    }

    private static String fileName(String end) {
        return NAME.replace("/", "") + end;
    }

    private static String written() {
        return NAME.replace("%", "%25").replace(",", "%2C").replace("=", "%3D");
    }

    private Path report(String name) {
        return folder.resolve(name);
    }

    private Stream<Object> reports(String name) {
        return Stream.of(".html", ".json", ".md", ".xml").flatMap(form -> Stream.of("--report", report(name + form)));
    }

    /** Runs a command, and looks at all that it says and writes. */
    private void shown(int code, Object... args) {
        CommandLineRun run = eckart(args);

        assertThat(run.code())
                .as("%s: %s", ShownText.of(Arrays.toString(args)), run.err())
                .isEqualTo(code);
        assertThat(run.out()).doesNotContainPattern(RAW);
        assertThat(run.err()).doesNotContainPattern(RAW);
        for (Path file : reportsAmong(args)) {
            assertThat(file)
                    .content()
                    .as(file.toString())
                    .doesNotContainPattern(
                            file.toString().endsWith(".html")
                                    ? Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}&&[^\n\r\t]]")
                                    : RAW);
        }
    }

    private static List<Path> reportsAmong(Object... args) {
        List<Path> files = new ArrayList<>();
        List<Object> all = Arrays.asList(args);
        for (int i = 1; i < all.size(); i++) {
            if (all.get(i - 1).equals("--report")) {
                files.add((Path) all.get(i));
            }
        }
        return files;
    }

    private static Path model(Path file) {
        try {
            return Files.write(
                    file,
                    ModelBuilder.model(NAME, 13)
                            .input("x", "batch", 40)
                            .weight(NAME, RandomMatrices.normal(40, 30, 1))
                            .node("MatMul", List.of("x", NAME), OUTPUT)
                            .output(OUTPUT, "batch", 30)
                            .build()
                            .toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
