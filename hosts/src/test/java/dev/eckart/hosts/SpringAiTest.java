package dev.eckart.hosts;

import dev.eckart.hosts.DirectRuntime.Batching;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.transformers.TransformersEmbeddingModel;

/** Spring AI's {@code TransformersEmbeddingModel}, with the tokenizer of its own jar. */
class SpringAiTest extends HostContract {
    @TempDir
    private Path cache;

    @Override
    List<float[]> embeddings(SentenceModel model, List<String> texts) throws Exception {
        TransformersEmbeddingModel client = new TransformersEmbeddingModel();
        client.setModelResource(model.path().toUri().toString());
        client.setTokenizerResource("classpath:/onnx/all-MiniLM-L6-v2/tokenizer.json");
        client.setResourceCacheDirectory(cache.toString());
        client.afterPropertiesSet();
        return client.embed(texts);
    }

    @Override
    Batching batching() {
        return Batching.AS_THE_TOKENIZER_SAYS;
    }
}
