package dev.eckart.core.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PendingFileTest {
    @TempDir
    private Path folder;

    @Test
    void should_put_the_file_in_place_in_one_step() throws IOException {
        Path target = Files.writeString(folder.resolve("target"), "old");

        try (PendingFile pending = PendingFile.beside(target)) {
            Files.writeString(pending.path(), "new");
            assertThat(target).hasContent("old");
            pending.commit();
        }

        assertThat(target).hasContent("new");
        assertThat(folder).isDirectoryContaining("glob:**target").isDirectoryNotContaining("glob:**eckart-tmp");
    }

    @Test
    void should_leave_nothing_behind_if_not_put_in_place() throws IOException {
        Path target = Files.writeString(folder.resolve("target"), "old");

        try (PendingFile pending = PendingFile.beside(target)) {
            Files.writeString(pending.path(), "half");
        }

        assertThat(target).hasContent("old");
        assertThat(folder).isDirectoryNotContaining("glob:**eckart-tmp");
    }

    @Test
    void should_refuse_a_directory_and_a_missing_one() {
        assertThatThrownBy(() -> PendingFile.beside(folder))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("is a directory");
        assertThatThrownBy(() -> PendingFile.beside(folder.resolve("none/target")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("there is no directory");
    }
}
