package dev.eckart.models.decoder;

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

class GenerateDecoderTest {
    @TempDir
    private Path folder;

    @Test
    void should_write_a_model_and_its_data_and_say_so() throws IOException {
        String said = run("--layers 2 --hidden 32 --ffn 88 --heads 4 --vocabulary 50 --tied true --seed -7");

        assertThat(said).contains("2 layers, 26,848 parameters");
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("model.onnx", "model.onnx.data");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--size 3 | unknown option `--size`; usage: GenerateDecoder",
                "--layers 0 | --layers: expected a whole number from 1 but was: 0",
                "--layers 3000000000 | --layers: expected a whole number from 1 but was: 3000000000",
                "--gigabytes six | --gigabytes: expected a whole number but was: six",
                "--gigabytes 1 --layers 2 | --layers and --gigabytes are given both; leave one of them out",
                "--type int8 | --type: expected float16 or float32 but was: int8",
                "--tied yes | --tied: expected true or false but was: yes",
                "--seed 1.5 | --seed: expected a whole number but was: 1.5",
                "--heads 3 | hidden: expected a multiple of the 3 heads but was: 4096",
                "other.onnx | expected one file to write but found 2; usage: GenerateDecoder",
            })
    void should_refuse_arguments_that_make_no_sense(String arguments, String sentence) throws IOException {
        assertThatThrownBy(() -> run(arguments))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(sentence);
        try (var files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void should_refuse_an_option_without_its_value() {
        assertThatThrownBy(() -> GenerateDecoder.run(List.of("model.onnx", "--seed"), System.out))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("--seed has no value; usage: GenerateDecoder");
    }

    private String run(String options) throws IOException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        List<String> arguments = new ArrayList<>(List.of(options.split(" ", -1)));
        arguments.add(folder.resolve("model.onnx").toString());
        GenerateDecoder.run(arguments, new PrintStream(said, true, StandardCharsets.UTF_8));
        return said.toString(StandardCharsets.UTF_8);
    }
}
