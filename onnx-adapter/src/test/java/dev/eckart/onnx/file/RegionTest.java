package dev.eckart.onnx.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegionTest {
    private static final long GIGABYTE = 1L << 30;

    @TempDir
    private Path folder;

    @Test
    void should_reach_every_byte_of_a_file_of_several_gigabytes() throws IOException {
        long size = 5 * GIGABYTE + 17;
        Region region;
        try (FileChannel sparse = FileChannel.open(
                folder.resolve("sparse"),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE)) {
            for (long at : new long[] {0, 2 * GIGABYTE - 2, 3 * GIGABYTE, size - 4}) {
                sparse.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), at);
            }
            region = Region.map(sparse);
        }

        assertThat(region.size()).isEqualTo(size);
        for (long at : new long[] {0, 2 * GIGABYTE - 2, 3 * GIGABYTE, size - 4}) {
            assertThat(region.slice(at, 4).getInt()).isEqualTo(0x04030201);
            assertThat(region.part(at, 4).slice(1, 2).getShort()).isEqualTo((short) 0x0302);
        }
        assertThat(region.slice(size - GIGABYTE, (int) GIGABYTE).get((int) GIGABYTE - 1))
                .isEqualTo((byte) 4);
        assertThat(region.slice(size, 0).remaining()).isZero();
    }

    @Test
    void should_refuse_what_lies_outside() {
        Region region = Region.of(ByteBuffer.wrap(new byte[10]));

        assertThatThrownBy(() -> region.slice(8, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> region.slice(-1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> region.part(5, 6)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> region.part(2, 4).slice(3, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
