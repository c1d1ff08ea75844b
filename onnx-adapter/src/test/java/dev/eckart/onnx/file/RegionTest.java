package dev.eckart.onnx.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegionTest {
    private static final long GIGABYTE = 1L << 30;

    @TempDir
    private Path folder;

    @Test
    void should_reach_every_byte_of_a_file_of_several_gigabytes() throws IOException {
        long size = 5 * GIGABYTE + 17;
        Path file = folder.resolve("sparse");
        try (FileChannel sparse = FileChannel.open(
                file,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE)) {
            for (long at : new long[] {0, 2 * GIGABYTE - 2, 3 * GIGABYTE, size - 4}) {
                sparse.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), at);
            }
        }
        Region region = ReadFile.open(file).bytes();

        assertThat(region.size()).isEqualTo(size);
        for (long at : new long[] {0, 2 * GIGABYTE - 2, 3 * GIGABYTE, size - 4}) {
            assertThat(region.read(at, 4).getInt()).isEqualTo(0x04030201);
            assertThat(region.part(at, 4).read(1, 2).getShort()).isEqualTo((short) 0x0302);
        }
        assertThat(region.read(size, 0).remaining()).isZero();
    }

    @Test
    void should_append_a_part_of_a_file_whether_its_channel_is_open_or_not() throws IOException {
        Path file = Files.write(folder.resolve("bytes"), new byte[] {0, 1, 2, 3, 4, 5, 6, 7});
        Region open;
        Region closed;
        try (FileChannel channel = FileChannel.open(file)) {
            closed = Region.map(channel, 1, 6).part(2, 3);
            open = ReadFile.open(file).bytes().part(5, 2);
        }
        Path target = folder.resolve("target");
        try (FileChannel channel = FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {9}));
            closed.writeTo(channel);
            open.writeTo(channel);
            Region.of(ByteBuffer.wrap(new byte[] {8})).writeTo(channel);
        }

        assertThat(target).hasBinaryContent(new byte[] {9, 3, 4, 5, 5, 6, 8});
    }

    @Test
    void should_not_write_what_a_file_no_longer_has() throws IOException {
        Path file = Files.write(folder.resolve("bytes"), new byte[20]);
        Region region = ReadFile.open(file).bytes().part(10, 10);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(15);
        }
        try (FileChannel channel =
                FileChannel.open(folder.resolve("target"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            assertThatThrownBy(() -> region.writeTo(channel))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessage("`%s` became shorter while it was read; run again when nothing writes to it", file);
        }
    }

    @Test
    void should_read_the_same_bytes_from_files_open_or_closed_and_from_memory() throws IOException {
        byte[] bytes = new byte[20];
        new Random(1).nextBytes(bytes);
        Path file = Files.write(folder.resolve("bytes"), bytes);
        Region closed;
        try (FileChannel channel = FileChannel.open(file)) {
            closed = Region.map(channel, 3, 15).part(2, 10);
        }
        for (Region region : List.of(
                closed,
                ReadFile.open(file).bytes().part(5, 10),
                Region.of(ByteBuffer.wrap(bytes)).part(5, 10))) {
            for (int length = 0; length <= 7; length++) {
                assertThat(region.read(3, length)).isEqualTo(ByteBuffer.wrap(bytes, 8, length));
                assertThat(region.read(3, length).order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
            }
            assertThatThrownBy(() -> region.read(8, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void should_say_that_a_file_has_become_shorter_while_it_was_read() throws IOException {
        Path file = Files.write(folder.resolve("bytes"), new byte[20]);
        Region region = ReadFile.open(file).bytes().part(10, 10);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(15);
        }

        assertThatThrownBy(() -> region.read(2, 8))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("`%s` became shorter while it was read; run again when nothing writes to it", file);
    }

    @Test
    void should_refuse_what_lies_outside() {
        Region region = Region.of(ByteBuffer.wrap(new byte[10]));

        assertThatThrownBy(() -> region.read(8, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> region.read(-1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> region.part(5, 6)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> region.part(2, 4).read(3, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
