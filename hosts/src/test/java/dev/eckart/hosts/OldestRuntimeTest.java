package dev.eckart.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The runtime that LangChain4j brings along, where nothing asks for a newer one: the build runs this on that one alone. */
@Tag("oldest")
class OldestRuntimeTest {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();

    @Test
    void should_be_the_one_that_langchain4j_asks_for() {
        assertThat(environment.getVersion()).isEqualTo("1.20.0");
    }

    @Test
    void should_refuse_packed_tables() throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            assertThatExceptionOfType(OrtException.class)
                    .isThrownBy(() ->
                            environment.createSession(SentenceModel.ANY.path().toString(), options))
                    .withMessageContaining("GatherBlockQuantized");
        }
    }
}
