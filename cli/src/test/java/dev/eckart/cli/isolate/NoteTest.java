package dev.eckart.cli.isolate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.onnx.run.ModelWork;
import dev.eckart.onnx.run.RunWatchdog.Underway;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a supervised process notes, and what a supervisor reads of it at any moment. */
class NoteTest {
    private static final Underway WORK = new Underway(new ModelWork("running `model.onnx`"), Duration.ofSeconds(1));

    @TempDir
    private Path folder;

    @AfterEach
    void forget() {
        System.clearProperty(Supervisor.FOLDER);
    }

    private NoteFile open() {
        System.setProperty(Supervisor.FOLDER, folder.toString());
        return NoteFile.ofThisProcess().orElseThrow();
    }

    @Test
    void should_read_what_was_noted_last() throws Exception {
        try (NoteFile file = open()) {
            file.write(List.of(WORK));

            assertThat(NoteFile.read(folder)).hasValueSatisfying(note -> {
                assertThat(note.running()).containsExactly(WORK.work().sentence());
                assertThat(note.stuck()).isFalse();
            });
            assertThat(file.writeStuck(WORK)).isTrue();
            assertThat(NoteFile.read(folder))
                    .hasValueSatisfying(note -> assertThat(note.stuck()).isTrue());
        }
    }

    @Test
    void should_find_no_note_in_one_that_was_written_in_part() throws Exception {
        byte[] whole = Note.BEGUN.bytes().array();
        for (int length = 0; length < whole.length; length++) {
            Files.write(folder.resolve("note"), Arrays.copyOf(whole, length));
            assertThat(NoteFile.read(folder)).isEmpty();
        }
    }

    /** As the file is before the first note, or where a full device had room for no more. */
    @Test
    void should_find_no_note_in_zeros() {
        assertThat(Note.of(ByteBuffer.allocate(4096))).isEmpty();
    }

    @Test
    void should_go_on_where_a_note_cannot_be_written() {
        NoteFile file = open();
        file.close();

        file.write(List.of(WORK));

        assertThat(file.writeStuck(WORK)).isFalse();
    }
}
