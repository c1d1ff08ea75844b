package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimeLimitCommandTest {
    @TempDir
    private Path folder;

    @Test
    void should_end_a_run_that_would_never_end() throws IOException {
        Path model = HostileModels.endless(folder);

        CommandLineRun run = eckart(
                "compress", model, "-o", folder.resolve("small.onnx"), "--rank", "fixed:1", "--time-limit", "1s");

        assertThat(run.err())
                .isEqualTo(
                        "eckart: running `%s` on `x` [2×4] takes longer than 1 s; allow more with --time-limit, or change the model, which may never end\n"
                                .formatted(model));
        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(names()).containsExactly("endless.onnx");
    }

    @ParameterizedTest
    @ValueSource(strings = {"compress m.onnx -o o.onnx", "verify m.onnx m.onnx", "sweep m.onnx", "scan m.onnx"})
    void should_refuse_a_limit_that_is_none(String command) {
        Stream<String> arguments = Stream.concat(Stream.of(command.split(" ")), Stream.of("--time-limit", "soon"));

        CommandLineRun run = eckart(arguments.toArray());

        assertThat(run.err())
                .isEqualTo(
                        "eckart: --time-limit soon: expected a duration from 1s to 365 days, such as 90s, 10m or 1h30m, or none\n");
        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
    }

    @Test
    void should_say_where_in_a_policy_the_mistake_is() throws IOException {
        HostileModels.endless(folder);

        CommandLineRun limit = eckart("check", policy("compressed: endless.onnx", "time-limit: soon"));
        CommandLineRun isolate = eckart("check", policy("compressed: endless.onnx", "isolate: perhaps"));
        CommandLineRun nested = eckart("check", policy("compress: { isolate: true }"));

        assertThat(limit.err()).contains("policy.yml:3:13: ", "--time-limit soon: expected a duration");
        assertThat(isolate.err()).contains("policy.yml:3:10: ", "expected true or false");
        assertThat(nested.err()).contains("isolate").contains("policy.yml:2:");
        assertThat(List.of(limit, isolate, nested))
                .extracting(CommandLineRun::code)
                .containsOnly(ExitCode.BAD_INPUT);
    }

    @Test
    void should_take_a_policy_without_a_limit_and_without_another_process() throws IOException {
        HostileModels.harmless(folder);
        Path policy = Files.writeString(
                folder.resolve("policy.yml"),
                "model: harmless.onnx\ncompressed: harmless.onnx\ntime-limit: none\nisolate: false\n");

        CommandLineRun run = eckart("check", policy);

        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isEqualTo(ExitCode.DONE);
    }

    private Path policy(String... lines) throws IOException {
        return Files.writeString(
                folder.resolve("policy.yml"), "model: endless.onnx\n" + String.join("\n", lines) + "\n");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
