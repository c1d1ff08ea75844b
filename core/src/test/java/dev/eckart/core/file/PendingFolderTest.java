package dev.eckart.core.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PendingFolderTest {
    /** Of a commit: the folder, two files and a folder in it reach the device, and two moves. */
    private static final int STEPS = 7;

    @TempDir
    private Path around;

    private Path target = Path.of("");

    @BeforeEach
    void name() {
        target = around.resolve("target");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(around)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    private void writeOld() throws IOException {
        Files.createDirectory(target);
        Files.writeString(target.resolve("old"), "old");
    }

    private static void commit(PendingFolder pending) throws IOException {
        Files.writeString(pending.path().resolve("new"), "new");
        Files.createDirectory(pending.path().resolve("inner"));
        Files.writeString(pending.path().resolve("inner/new"), "new");
        pending.commit();
    }

    @Test
    void should_put_the_folder_in_place_whole() throws IOException {
        try (PendingFolder pending = PendingFolder.onlyOneBeside(target)) {
            assertThat(target).doesNotExist();
            commit(pending);
        }

        assertThat(target.resolve("inner/new")).hasContent("new");
        assertThat(names()).containsExactly("target");
    }

    @Test
    void should_replace_a_folder_with_all_that_is_in_it() throws IOException {
        writeOld();

        try (PendingFolder pending = PendingFolder.onlyOneBeside(target)) {
            commit(pending);
        }

        assertThat(target.resolve("new")).hasContent("new");
        assertThat(target.resolve("old")).doesNotExist();
        assertThat(names()).containsExactly("target");
    }

    @Test
    void should_leave_nothing_behind_if_not_put_in_place() throws IOException {
        writeOld();

        try (PendingFolder pending = PendingFolder.onlyOneBeside(target)) {
            Files.writeString(pending.path().resolve("half"), "half");
        }

        assertThat(target.resolve("old")).hasContent("old");
        assertThat(names()).containsExactly("target");
    }

    static Stream<Arguments> faults() {
        return Stream.of(true, false)
                .flatMap(acts -> IntStream.range(0, STEPS).mapToObj(step -> Arguments.of(step, acts)));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void should_have_the_old_folder_or_the_new_one_whole_whatever_step_fails(int step, boolean acts)
            throws IOException {
        writeOld();
        Optional<IOException> refused = Optional.empty();

        try (PendingFolder pending = PendingFolder.onlyOneBeside(target, FaultySteps.failing(step, acts))) {
            commit(pending);
        } catch (IOException e) {
            refused = Optional.of(e);
        }

        // The last one acted, so that the folder is where it is to be.
        assertThat(refused.isEmpty()).isEqualTo(step == STEPS - 1 && acts);
        assertThat(target.resolve(refused.isPresent() ? "old" : "new")).isRegularFile();
        assertThat(target.resolve(refused.isPresent() ? "new" : "old")).doesNotExist();
        assertThat(names()).containsExactly("target");
    }

    @Test
    void should_take_as_many_steps_as_are_made_to_fail() throws IOException {
        writeOld();
        FaultySteps steps = FaultySteps.failing(Integer.MAX_VALUE, false);

        try (PendingFolder pending = PendingFolder.onlyOneBeside(target, steps)) {
            commit(pending);
        }

        assertThat(steps.taken()).isEqualTo(STEPS);
    }

    @Test
    void should_put_back_what_a_killed_process_had_put_aside() throws IOException {
        Path left = Files.createDirectory(around.resolve(".target.0123456789abcdef-0123456789abcdef.eckart-tmp"));
        Files.createFile(left.resolve(".lock"));
        Files.createDirectories(left.resolve(".replaced/target"));
        Files.writeString(left.resolve(".replaced/target/old"), "old");

        PendingFolder.onlyOneBeside(target).close();

        assertThat(target.resolve("old")).hasContent("old");
        assertThat(names()).containsExactly("target");
    }

    @Test
    void should_not_put_back_what_another_folder_took_the_place_of() throws IOException {
        writeOld();
        Path left = Files.createDirectory(around.resolve(".target.0123456789abcdef-0123456789abcdef.eckart-tmp"));
        Files.createFile(left.resolve(".lock"));
        Files.createDirectories(left.resolve(".replaced/target/older"));

        PendingFolder.onlyOneBeside(target).close();

        assertThat(target.resolve("old")).hasContent("old");
        assertThat(names()).containsExactly("target");
    }

    @Test
    void should_be_the_only_one_for_its_target() throws IOException {
        try (PendingFolder pending = PendingFolder.onlyOneBeside(target)) {
            assertThatThrownBy(() -> PendingFolder.onlyOneBeside(target))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("is being written by another run");
            assertThat(pending.path()).isEmptyDirectory();
        }
    }

    @Test
    void should_replace_what_a_link_leads_to_and_keep_the_link() throws IOException {
        writeOld();
        Path link = Files.createSymbolicLink(around.resolve("link"), target);

        try (PendingFolder pending = PendingFolder.onlyOneBeside(link)) {
            commit(pending);
        }

        assertThat(link).isSymbolicLink();
        assertThat(target.resolve("new")).hasContent("new");
    }

    @Test
    void should_refuse_what_is_no_folder_or_has_no_place() throws IOException {
        Path file = Files.createFile(around.resolve("file"));
        Path dangling = Files.createSymbolicLink(around.resolve("dangling"), around.resolve("gone"));

        for (Path each : List.of(file, dangling)) {
            assertThatThrownBy(() -> PendingFolder.onlyOneBeside(each))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("is no folder");
        }
        assertThatThrownBy(() -> PendingFolder.onlyOneBeside(around.resolve("none/target")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("does not exist; create it first");
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void should_take_files_that_may_only_be_read_and_keep_the_permissions_of_what_it_replaces() throws IOException {
        Files.createDirectory(target);
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-x---"));

        try (PendingFolder pending = PendingFolder.onlyOneBeside(target)) {
            Path file = Files.writeString(pending.path().resolve("new"), "new");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
            pending.commit();
        }

        assertThat(target.resolve("new")).hasContent("new");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
                .isEqualTo("rwxr-x---");
    }
}
