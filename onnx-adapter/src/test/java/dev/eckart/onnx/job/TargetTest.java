package dev.eckart.onnx.job;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetTest {
    @TempDir
    private Path folder;

    private Path original = Path.of("");

    @BeforeEach
    void writeOriginal() throws IOException {
        original = Files.writeString(folder.resolve("model.onnx"), "model");
    }

    @Test
    void should_accept_a_file_that_is_not_there_yet() {
        assertThatCode(() -> target(folder.resolve("out.onnx")).require(original, List.of()))
                .doesNotThrowAnyException();
        assertThatCode(() -> target(Path.of("not-there-yet.onnx")).require(original, List.of()))
                .doesNotThrowAnyException();
    }

    @Test
    void should_refuse_the_original_even_if_it_may_overwrite() {
        assertOriginal(original);
        assertOriginal(folder.resolve("./model.onnx"));
    }

    @Test
    void should_refuse_the_original_by_another_name() throws IOException {
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.createSymbolicLink(folder.resolve("folder"), folder);

        assertOriginal(Files.createSymbolicLink(folder.resolve("link.onnx"), original));
        assertOriginal(other.resolve("../model.onnx"));
        assertOriginal(folder.resolve("folder/model.onnx"));
        assertOriginal(Files.createLink(folder.resolve("hard.onnx"), original));
    }

    @Test
    void should_refuse_the_original_where_that_is_a_link_itself() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link.onnx"), original);

        assertThatThrownBy(() -> new Target(original, true, true).require(link, List.of()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("is the original model");
    }

    @Test
    void should_refuse_a_file_that_is_there_unless_it_may_overwrite() throws IOException {
        Path there = Files.writeString(folder.resolve("out.onnx"), "old");

        assertThatThrownBy(() -> target(there).require(original, List.of()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("`%s` already exists; name another output, or overwrite the file with --force", there);
        assertThatCode(() -> new Target(there, true, false).require(original, List.of()))
                .doesNotThrowAnyException();
    }

    @Test
    void should_refuse_a_directory() {
        assertThatThrownBy(() -> new Target(folder, true, false).require(original, List.of()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("`%s` is a directory; expected the name of a file to write", folder);
    }

    @Test
    void should_refuse_a_file_in_a_directory_that_is_not_there() {
        Path missing = folder.resolve("missing");

        assertThatThrownBy(() -> target(missing.resolve("out.onnx")).require(original, List.of()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "`%s` cannot be written: directory `%s` does not exist; create it first",
                        missing.resolve("out.onnx"), missing);
        assertThatThrownBy(() -> target(original.resolve("out.onnx")).require(original, List.of()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("does not exist; create it first");
    }

    @Test
    void should_leave_a_missing_original_to_the_reader() throws IOException {
        Path there = Files.writeString(folder.resolve("out.onnx"), "old");

        assertThatCode(() -> new Target(there, true, false).require(folder.resolve("none.onnx"), List.of()))
                .doesNotThrowAnyException();
    }

    private void assertOriginal(Path path) {
        assertThatThrownBy(() -> new Target(path, true, true).require(original, List.of()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("`%s` is the original model, which is never overwritten; name another output", path);
    }

    private static Target target(Path path) {
        return new Target(path, false, false);
    }
}
