package dev.eckart.onnx.file;

import static dev.eckart.onnx.file.ExternalTensors.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchTest {
    @TempDir
    private Path folder;

    @Test
    void should_keep_new_bytes_in_a_file_without_a_name() throws IOException {
        byte[] some = bytes(3000, 4);
        Region first;
        Region second;
        try (Scratch scratch = Scratch.in(folder)) {
            first = scratch.store(
                    3000,
                    List.of(ByteBuffer.wrap(some, 0, 1000), ByteBuffer.wrap(some, 1000, 2000))
                            .iterator());
            second = scratch.store(10, List.of(ByteBuffer.wrap(some, 5, 10)).iterator());
            assertThat(folder).isDirectoryNotContaining("glob:**scratch*");
        }

        assertThat(first.read(0, 3000)).isEqualTo(ByteBuffer.wrap(some));
        assertThat(second.read(0, 10)).isEqualTo(ByteBuffer.wrap(some, 5, 10));
    }

    @Test
    void should_give_memory_that_can_be_written_and_stays_after_closing() throws IOException {
        byte[] some = bytes(10, 5);
        ByteBuffer first;
        ByteBuffer second;
        try (Scratch scratch = Scratch.in(folder)) {
            first = scratch.storeMapped(10, List.of(ByteBuffer.wrap(some)).iterator());
            second = scratch.storeMapped(10, List.of(ByteBuffer.wrap(some)).iterator());
        }

        first.put(0, (byte) (some[0] + 1));

        assertThat(first.isDirect()).isTrue();
        assertThat(first.alignmentOffset(0, Double.BYTES)).isZero();
        assertThat(second.alignmentOffset(0, Double.BYTES)).isZero();
        assertThat(first.slice(1, 9)).isEqualTo(ByteBuffer.wrap(some, 1, 9));
        assertThat(first.get(0)).isEqualTo((byte) (some[0] + 1));
        assertThat(second).isEqualTo(ByteBuffer.wrap(some));
    }

    @Test
    void should_say_what_the_system_says_if_new_bytes_cannot_be_kept() throws IOException {
        Scratch scratch = Scratch.in(folder);
        scratch.close();

        assertThatThrownBy(
                        () -> scratch.store(1, List.of(ByteBuffer.allocate(1)).iterator()))
                .isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void should_refuse_another_number_of_bytes_than_was_said() throws IOException {
        try (Scratch scratch = Scratch.in(folder)) {
            assertThatThrownBy(() ->
                            scratch.store(2, List.of(ByteBuffer.allocate(1)).iterator()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
