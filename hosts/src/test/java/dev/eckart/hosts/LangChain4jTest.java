package dev.eckart.hosts;

import dev.eckart.hosts.DirectRuntime.Batching;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.OnnxEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.PoolingMode;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** LangChain4j's {@code OnnxEmbeddingModel}. */
@Tag("langchain4j")
class LangChain4jTest extends HostContract {
    @Override
    List<float[]> embeddings(SentenceModel model, List<String> texts) {
        EmbeddingModel client =
                new OnnxEmbeddingModel(model.path(), SentenceModel.tokenizer(), PoolingMode.MEAN, Runnable::run);
        return client.embedAll(texts.stream().map(TextSegment::from).toList()).content().stream()
                .map(Embedding::vector)
                .toList();
    }

    @Override
    Batching batching() {
        return Batching.ALONE;
    }
}
