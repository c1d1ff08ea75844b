package dev.eckart.models.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.InvalidInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerateEncoderTest {
    @TempDir
    private Path folder;

    @Test
    void should_write_one_file_and_say_so() throws IOException {
        String said = run("--layers 2 --hidden 32 --ffn 88 --heads 4 --vocabulary 50 --seed -7");

        assertThat(said).contains("2 layers, 38,256 parameters, 0.15 MB of data");
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactly("model.onnx");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--type float16 | unknown option `--type`; usage: GenerateEncoder",
                "--layers 0 | --layers: expected a whole number from 1 but was: 0",
                "--seed 1.5 | --seed: expected a whole number but was: 1.5",
                "--heads 7 | hidden: expected a multiple of the 7 heads but was: 768",
                "other.onnx | expected one file to write but found 2; usage: GenerateEncoder",
            })
    void should_refuse_arguments_that_make_no_sense(String arguments, String sentence) throws IOException {
        assertThatThrownBy(() -> run(arguments))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(sentence);
        try (var files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    private String run(String options) throws IOException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        List<String> arguments = new ArrayList<>(List.of(options.split(" ", -1)));
        arguments.add(folder.resolve("model.onnx").toString());
        GenerateEncoder.run(arguments, new PrintStream(said, true, StandardCharsets.UTF_8));
        return said.toString(StandardCharsets.UTF_8);
    }
}
