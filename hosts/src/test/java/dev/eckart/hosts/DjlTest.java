package dev.eckart.hosts;

import ai.djl.huggingface.translator.TextEmbeddingTranslatorFactory;
import ai.djl.inference.Predictor;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import dev.eckart.hosts.DirectRuntime.Batching;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** DJL's engine for ONNX Runtime. */
class DjlTest extends HostContract {
    /** A model's file and its tokenizer, by the name that DJL looks for. */
    @TempDir
    private Path folder;

    @Override
    List<float[]> embeddings(SentenceModel model, List<String> texts) throws Exception {
        Files.copy(model.path(), folder.resolve("model.onnx"));
        Files.copy(SentenceModel.tokenizer(), folder.resolve("tokenizer.json"));
        Criteria<String, float[]> criteria = Criteria.builder()
                .setTypes(String.class, float[].class)
                .optModelPath(folder)
                .optModelName("model")
                .optEngine("OnnxRuntime")
                .optTranslatorFactory(new TextEmbeddingTranslatorFactory())
                .optArgument("includeTokenTypes", "true")
                .build();
        try (ZooModel<String, float[]> client = criteria.loadModel();
                Predictor<String, float[]> predictor = client.newPredictor()) {
            return predictor.batchPredict(texts);
        }
    }

    @Override
    Batching batching() {
        return Batching.TO_THE_LONGEST;
    }
}
