package dev.eckart.cli.isolate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class NoteTest {
    @Test
    void should_be_read_as_it_was_written() {
        Note note = new Note(List.of("loading `a`"), Duration.ofMillis(7), true, List.of(Path.of("b")));

        assertThat(Note.of(note.bytes())).contains(note);
        assertThat(Note.of(Note.BEGUN.bytes())).contains(Note.BEGUN);
    }

    @Test
    void should_be_none_while_it_is_being_written() {
        ByteBuffer whole = Note.BEGUN.bytes();
        for (int written = 0; written < whole.remaining(); written++) {
            ByteBuffer part = ByteBuffer.allocate(whole.remaining());
            part.put(whole.slice(0, written)).rewind();

            assertThat(Note.of(part)).as("%d bytes", written).satisfiesAnyOf(
                    note -> assertThat(note).isEmpty(), note -> assertThat(note).contains(Note.BEGUN));
        }
        assertThat(Note.of(ByteBuffer.allocate(4096))).isEmpty();
    }
}
