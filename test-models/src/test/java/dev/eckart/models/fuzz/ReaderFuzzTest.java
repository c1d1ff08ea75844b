package dev.eckart.models.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import dev.eckart.core.InvalidInputException;
import dev.eckart.models.Catalogue;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.proto.ModelProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes at all are refused with a sentence, or are a model that is written as it was read.
 *
 * <p>ONNX Runtime takes no part in this: it is native code, which a hostile model may take down and the JVM with it.
 */
class ReaderFuzzTest {
    @TempDir
    private static Path folder;

    static Stream<byte[]> catalogue() {
        return Catalogue.all().stream().map(entry -> entry.model().toByteArray());
    }

    @MethodSource("catalogue")
    @FuzzTest
    void should_refuse_bytes_or_write_what_was_read(byte @NotNull [] bytes) throws IOException {
        Path file = Files.write(Files.createTempFile(folder, "model", ".onnx"), bytes);
        Path copy = Files.createTempFile(folder, "copy", ".onnx");
        try {
            OnnxNetwork.read(file).write(copy);

            assertThat(ModelProto.parseFrom(Files.readAllBytes(copy)).toByteString())
                    .isEqualTo(ModelProto.parseFrom(bytes).toByteString());
        } catch (InvalidInputException e) {
            assertThat(e).message().isNotBlank();
        } finally {
            Files.delete(file);
            Files.delete(copy);
        }
    }
}
