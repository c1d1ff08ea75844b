package dev.eckart.onnx.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorLogTest {
    private static final String NODE =
            "{\"cat\" : \"Node\",\"ts\" :7,\"name\" :\"%s_kernel_time\",\"args\" : {\"%s\" : \"%s\",\"%s\" : \"%s\"}},%n";

    @TempDir
    private Path folder;

    @Test
    void should_count_each_node_once_and_nothing_else() throws IOException {
        Path file = Files.writeString(
                folder.resolve("log.json"),
                "[%n{\"cat\" : \"Session\",\"name\" :\"model_run\",\"args\" : {}},%n".formatted()
                        + NODE.formatted("a", "op_name", "Gemm", "node_index", 3)
                        + NODE.formatted("a", "node_index", 3, "op_name", "Gemm")
                        + NODE.formatted("", "node_index", 4, "op_name", "Gemm")
                        + NODE.formatted("", "node_index", 5, "op_name", "Gemm")
                        + NODE.formatted("of a graph inside", "node_index", 5, "op_name", "Relu")
                        + "]");

        assertThat(OperatorLog.operators(file)).isEqualTo(Map.of("Gemm", 3, "Relu", 1));
    }

    @Test
    void should_refuse_a_log_that_breaks_off_and_name_the_folder() throws IOException {
        Path room = Files.createDirectory(folder.resolve("room"));
        Path file = Files.writeString(
                room.resolve("log.json"), "[%n".formatted() + NODE.formatted("a", "op_name", "Gemm", "node_index", 3));

        assertThatThrownBy(() -> OperatorLog.operators(file))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(
                        "ONNX Runtime's profile cannot be written to the temporary folder `%s`: what the runtime wrote breaks off",
                        folder);
    }

    @Test
    void should_name_a_temporary_folder_that_is_missing() {
        Path none = folder.resolve("none");

        assertThatThrownBy(() -> OperatorLog.in(none))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "the temporary folder `%s` does not exist; create it, or name another with ECKART_OPTS=-Djava.io.tmpdir=FOLDER",
                        none);
    }
}
