package dev.eckart.onnx.run;

import static org.assertj.core.api.Assertions.assertThat;

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
}
