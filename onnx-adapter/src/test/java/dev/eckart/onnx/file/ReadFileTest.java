package dev.eckart.onnx.file;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.InvalidInputException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ReadFileTest {
    @TempDir
    private Path folder;

    private Path file = Path.of("");

    @BeforeEach
    void writeFile() throws IOException {
        file = Files.write(folder.resolve("bytes"), new byte[20]);
    }

    @Test
    void should_take_a_file_that_stays_as_it_is() throws IOException {
        ReadFile read = ReadFile.open(file);
        read.bytes().read(3, 10);

        assertThatCode(read::requireUnchanged).doesNotThrowAnyException();
    }

    @Test
    void should_refuse_a_file_that_was_written_to() throws IOException {
        ReadFile read = ReadFile.open(file);
        FileTime later =
                FileTime.from(Files.getLastModifiedTime(file).toInstant().plusSeconds(1));
        Files.write(file, new byte[] {1}, StandardOpenOption.WRITE);
        Files.setLastModifiedTime(file, later);

        refused(read, "changed while it was read; run again when nothing writes to it");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows does not let a file be replaced while it is open")
    void should_refuse_a_file_in_whose_place_another_one_is() throws IOException {
        FileTime time = Files.getLastModifiedTime(file);
        ReadFile read = ReadFile.open(file);
        Path other = Files.write(folder.resolve("other"), new byte[20]);
        Files.setLastModifiedTime(other, time);
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);

        refused(read, "changed while it was read; run again when nothing writes to it");
    }

    @Test
    void should_refuse_a_file_that_was_cut_short_or_removed() throws IOException {
        ReadFile read = ReadFile.open(file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(19);
        }
        refused(read, "became shorter while it was read; run again when nothing writes to it");

        Files.delete(file);
        refused(read, "was removed while it was read; put it back and run again");
    }

    private void refused(ReadFile read, String sentence) {
        assertThatThrownBy(read::requireUnchanged)
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("`%s` %s", file, sentence);
    }
}
