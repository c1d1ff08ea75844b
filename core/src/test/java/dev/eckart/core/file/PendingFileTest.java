package dev.eckart.core.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.eckart.core.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

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
        assertThat(names()).containsExactly("target");
    }

    @Test
    void should_leave_nothing_behind_if_not_put_in_place() throws IOException {
        Path target = Files.writeString(folder.resolve("target"), "old");

        try (PendingFile pending = PendingFile.beside(target)) {
            Files.writeString(pending.path(), "half");
            Files.writeString(pending.directory().resolve("other"), "half");
        }

        assertThat(target).hasContent("old");
        assertThat(names()).containsExactly("target");
    }

    @Test
    void should_give_files_their_final_names_in_a_directory_beside_the_target() {
        Path target = folder.resolve("target");

        try (PendingFile pending = PendingFile.beside(target)) {
            assertThat(pending.path().getFileName()).isEqualTo(target.getFileName());
            assertThat(pending.path().getParent()).isEqualTo(pending.directory());
            assertThat(pending.directory().getParent()).isEqualTo(folder);
            assertThat(pending.directory().getFileName().toString()).matches("\\.target\\..*\\.eckart-tmp");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"neither", "the file", "both"})
    void should_put_what_belongs_to_the_file_in_place_too(String old) throws IOException {
        Path target = folder.resolve("target");
        Path oldData = folder.resolve("target.1.data");
        if (!old.equals("neither")) {
            Files.writeString(target, "old");
        }
        if (old.equals("both")) {
            Files.writeString(oldData, "old data");
        }

        try (PendingFile pending = PendingFile.beside(target)) {
            commit(pending, oldData);
        }

        assertThat(target).hasContent("new");
        assertThat(names()).containsExactly("target", "target.2.data");
    }

    private static List<String> commit(PendingFile pending, Path oldData) throws IOException {
        Files.writeString(pending.path(), "new");
        Path companion = Files.writeString(pending.directory().resolve("target.2.data"), "new data");
        return pending.commit(List.of(companion), List.of(oldData));
    }

    static Stream<Arguments> faults() {
        return Stream.of(true, false)
                .flatMap(
                        acts -> IntStream.range(0, FaultySteps.OF_A_COMMIT).mapToObj(step -> Arguments.of(step, acts)));
    }

    /** A step that acts and then fails is what a file system over a network may have. */
    @ParameterizedTest
    @MethodSource("faults")
    void should_have_the_old_file_or_the_new_one_whole_whatever_step_fails(int step, boolean acts) throws IOException {
        Path target = Files.writeString(folder.resolve("target"), "old");
        Path oldData = Files.writeString(folder.resolve("target.1.data"), "old data");
        List<String> failures = List.of();
        Optional<IOException> refused = Optional.empty();

        try (PendingFile pending = PendingFile.beside(target, FaultySteps.failing(step, acts))) {
            failures = commit(pending, oldData);
        } catch (IOException e) {
            refused = Optional.of(e);
        }

        if (refused.isPresent()) {
            assertThat(target).hasContent("old");
            assertThat(oldData).hasContent("old data");
            assertThat(names()).containsExactly("target", "target.1.data");
            assertThat(Unwritable.because(target, refused.get())).hasMessageContaining("cannot be written: no space");
        } else {
            assertThat(target).hasContent("new");
            assertThat(folder.resolve("target.2.data")).hasContent("new data");
            assertThat(failures).singleElement(STRING).startsWith("`%s` is written, but ".formatted(target));
            assertThat(failures.get(0).contains("is still there") && !acts).isEqualTo(Files.exists(oldData));
        }
    }

    @Test
    void should_take_as_many_steps_as_are_made_to_fail() throws IOException {
        Path target = Files.writeString(folder.resolve("target"), "old");
        Path oldData = Files.writeString(folder.resolve("target.1.data"), "old data");
        FaultySteps steps = FaultySteps.failing(Integer.MAX_VALUE, false);

        try (PendingFile pending = PendingFile.beside(target, steps)) {
            assertThat(commit(pending, oldData)).isEmpty();
        }

        assertThat(steps.taken()).isEqualTo(FaultySteps.OF_A_COMMIT);
        assertThat(names()).containsExactly("target", "target.2.data");
    }

    static IntStream kills() {
        return IntStream.rangeClosed(0, FaultySteps.OF_A_COMMIT);
    }

    /** Killed before its first step, between any two, and after the last. */
    @ParameterizedTest
    @MethodSource("kills")
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void should_have_the_old_file_or_the_new_one_whole_wherever_it_is_killed(int step) throws Exception {
        Path target = Files.writeString(folder.resolve("target"), "old");
        Path oldData = Files.writeString(folder.resolve("target.1.data"), "old data");

        WritingProcess.killedBefore(step, target, oldData);

        boolean isNew = read(target).equals("new");
        if (isNew) {
            assertThat(folder.resolve("target.2.data")).hasContent("new data");
        } else {
            assertThat(target).hasContent("old");
            assertThat(oldData).hasContent("old data");
        }
        // The next one with the target removes what the killed one left of what is not in place.
        PendingFile.onlyOneBeside(target).close();
        List<String> names = new ArrayList<>(names());
        assertThat(names.remove("target.1.data") || isNew).isTrue();
        assertThat(names).isEqualTo(isNew ? List.of("target", "target.2.data") : List.of("target"));
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void should_let_one_of_several_processes_write_a_target_that_they_begin_at_once() throws Exception {
        Path target = folder.resolve("target");
        List<WritingProcess> racing = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            racing.add(WritingProcess.racing(target));
        }

        List<String> said = new ArrayList<>();
        for (WritingProcess process : racing) {
            process.go();
        }
        for (WritingProcess process : racing) {
            said.add(process.said());
        }

        assertThat(said)
                .filteredOn(WritingProcess.WRITING::equals)
                .as("those that write, of %s", said)
                .hasSize(1);
        assertThat(said)
                .filteredOn(line -> !line.equals(WritingProcess.WRITING))
                .allMatch(line ->
                        line.equals("`%s` is being written by another run; wait for it to end, or name another output"
                                .formatted(target)));
        for (int i = 0; i < racing.size(); i++) {
            if (said.get(i).equals(WritingProcess.WRITING)) {
                racing.get(i).go();
            }
            racing.get(i).await();
        }
        assertThat(target).hasContent("new");
        assertThat(names()).containsExactly("target");
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void should_hold_off_other_processes_also_after_this_one_tried_a_second_time() throws Exception {
        Path target = folder.resolve("target");
        try (PendingFile pending = PendingFile.onlyOneBeside(target)) {
            assertThatThrownBy(() -> PendingFile.onlyOneBeside(target)).isInstanceOf(InvalidInputException.class);

            WritingProcess process = WritingProcess.racing(target);
            process.go();

            assertThat(process.said()).contains("is being written by another run");
            assertThat(pending.directory()).exists();
        }
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void should_go_on_where_the_process_that_wrote_the_target_was_killed() throws Exception {
        Path target = folder.resolve("target");
        WritingProcess process = WritingProcess.racing(target);
        process.go();
        assertThat(process.said()).isEqualTo(WritingProcess.WRITING);

        process.kill();

        try (PendingFile pending = PendingFile.onlyOneBeside(target)) {
            Files.writeString(pending.path(), "next");
            pending.commit();
        }
        assertThat(target).hasContent("next");
        assertThat(names()).containsExactly("target");
    }

    @Test
    void should_not_call_a_file_unwritten_that_is_in_place_with_something_left_beside_it() throws IOException {
        Path target = folder.resolve("target");
        PendingFile pending = PendingFile.onlyOneBeside(target);
        Files.writeString(pending.path(), "new");
        pending.commit();
        // What is not its own: the folder of the file cannot be removed.
        Path kept = pending.directory();
        Files.delete(kept.resolve(".lock"));
        Files.createDirectory(kept.resolve(".lock"));
        Files.writeString(kept.resolve(".lock").resolve("more"), "");

        assertThatCode(pending::close).doesNotThrowAnyException();

        assertThat(target).hasContent("new");
        assertThatCode(() -> PendingFile.onlyOneBeside(target).close()).doesNotThrowAnyException();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void should_keep_the_permissions_of_what_it_replaces() throws IOException {
        Path target = Files.writeString(folder.resolve("target"), "old");
        Set<PosixFilePermission> mode = PosixFilePermissions.fromString("rw-r-----");
        Files.setPosixFilePermissions(target, mode);

        try (PendingFile pending = PendingFile.beside(target)) {
            Files.writeString(pending.path(), "new");
            pending.commit();
        }

        assertThat(Files.getPosixFilePermissions(target)).isEqualTo(mode);
    }

    @Test
    void should_let_one_write_a_target_at_a_time() throws IOException {
        Path target = folder.resolve("target");

        try (PendingFile one = PendingFile.onlyOneBeside(target)) {
            assertThatThrownBy(() -> PendingFile.onlyOneBeside(target))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("is being written by another run");
            Files.writeString(one.path(), "new");
            one.commit();
        }
        PendingFile.onlyOneBeside(target).close();

        assertThat(names()).containsExactly("target");
    }

    @Test
    void should_not_wait_for_a_pipe_in_the_place_of_a_lock() throws Exception {
        Path target = folder.resolve("target");
        Path pipe = folder.resolve(".target.eckart-lock");
        Process made = new ProcessBuilder("mkfifo", pipe.toString()).start();
        assumeTrue(made.waitFor(10, TimeUnit.SECONDS) && made.exitValue() == 0);

        assertThatThrownBy(() -> PendingFile.onlyOneBeside(target))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("is no regular file; remove it");

        assertThat(names()).containsExactly(".target.eckart-lock");
    }

    @Test
    void should_leave_the_old_file_alone_if_the_new_one_is_missing() throws IOException {
        Path target = Files.writeString(folder.resolve("target"), "old");
        Path data = Files.writeString(folder.resolve("target.data"), "old data");

        try (PendingFile pending = PendingFile.beside(target)) {
            Path companion = Files.writeString(pending.directory().resolve("target.data"), "new data");
            assertThatThrownBy(() -> pending.commit(List.of(companion), List.of()))
                    .isInstanceOf(IOException.class);
        }

        assertThat(target).hasContent("old");
        assertThat(data).hasContent("old data");
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void should_keep_the_old_file_when_the_process_is_killed_and_clean_up_the_next_time() throws Exception {
        Path target = Files.writeString(folder.resolve("target"), "old");
        Path data = Files.writeString(folder.resolve("target.data"), "old data");
        WritingProcess process = WritingProcess.start(target);

        process.kill();

        assertThat(target).hasContent("old");
        assertThat(data).hasContent("old data");
        assertThat(names()).hasSize(3);
        try (PendingFile pending = PendingFile.beside(target)) {
            assertThat(names())
                    .containsExactlyInAnyOrder(
                            "target",
                            "target.data",
                            pending.directory().getFileName().toString());
        }
        assertThat(names()).containsExactly("target", "target.data");
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void should_leave_nothing_when_the_process_is_asked_to_end() throws Exception {
        WritingProcess process = WritingProcess.start(folder.resolve("target"));

        process.end();

        assertThat(names()).isEmpty();
    }

    @Test
    void should_remove_all_that_is_under_way_with_folders_in_it_when_a_process_ends() throws IOException {
        PendingFile outer = PendingFile.beside(folder.resolve("target"));
        PendingFile inner = PendingFile.beside(outer.path());
        Files.writeString(inner.path(), "half");
        assertThat(PendingFile.underway()).contains(outer.directory(), inner.directory());
        assertThat(PendingFile.destination(inner.path())).isEqualTo(folder.resolve("target"));

        PendingFile.removeUnderway();
        inner.close();
        outer.close();

        assertThat(names()).isEmpty();
        assertThat(PendingFile.underway()).doesNotContain(outer.directory(), inner.directory());
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void should_remove_what_a_killed_process_left_and_nothing_else() throws Exception {
        Path mine = Files.createDirectory(folder.resolve("mine"));
        WritingProcess process = WritingProcess.start(folder.resolve("target"));
        process.kill();
        Path left = folder.resolve(names().stream()
                .filter(name -> !name.equals("mine"))
                .findFirst()
                .orElseThrow());

        PendingFile.removeLeft(left);
        PendingFile.removeLeft(mine);

        assertThat(names()).containsExactly("mine");
    }

    @Test
    void should_leave_a_living_process_alone() throws Exception {
        Path target = folder.resolve("target");
        WritingProcess process = WritingProcess.start(target);
        List<String> others = names();

        PendingFile.beside(target).close();
        assertThat(names()).isEqualTo(others);
        try (PendingFile pending = PendingFile.beside(target)) {
            PendingFile.beside(target).close();
            assertThat(pending.directory()).exists();
            assertThat(names()).containsAll(others);
        }

        process.go();
        assertThat(process.await()).isZero();
        assertThat(names()).containsExactly("target");
    }

    @Test
    void should_clean_up_after_killed_processes_of_the_same_target_alone() throws IOException {
        String id = "0123456789abcdef-0123456789abcdef";
        Path stale = Files.createDirectory(folder.resolve(".target." + id + ".eckart-tmp"));
        Files.createFile(stale.resolve(".lock"));
        Files.writeString(stale.resolve("target"), "half");
        Files.createDirectory(folder.resolve(".target." + id.replace('0', '1') + ".eckart-tmp"));
        Files.createFile(folder.resolve(".target.123e4567-e89b-12d3-a456-426614174000.eckart-tmp"));
        Path other = Files.createDirectory(folder.resolve(".target.two." + id + ".eckart-tmp"));
        Files.createFile(other.resolve(".lock"));
        // No lock, but something in it: not ours to judge.
        Path strange = Files.createDirectory(folder.resolve(".target." + id.replace('0', '2') + ".eckart-tmp"));
        Files.createFile(strange.resolve("notes"));
        Files.createFile(folder.resolve(".target.notes.eckart-tmp"));

        PendingFile.beside(folder.resolve("target")).close();

        assertThat(names())
                .containsExactlyInAnyOrder(
                        other.getFileName().toString(), strange.getFileName().toString(), ".target.notes.eckart-tmp");
    }

    @Test
    void should_refuse_a_directory_and_a_missing_one() {
        assertThatThrownBy(() -> PendingFile.beside(folder))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("is a directory");
        assertThatThrownBy(() -> PendingFile.beside(folder.resolve("none/target")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("does not exist; create it first");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void should_refuse_a_folder_that_takes_no_files() {
        assertThatThrownBy(() -> PendingFile.beside(Path.of("/proc/target")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("`/proc/target` cannot be written: ")
                .message()
                .doesNotContain("Exception");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
