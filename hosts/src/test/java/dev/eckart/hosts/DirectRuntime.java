package dev.eckart.hosts;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Embeddings without any client: tokens, ONNX Runtime, and the mean over the positions that are no padding.
 *
 * @param batching how texts become inputs
 */
record DirectRuntime(Batching batching) {
    /** Products of integers round the inputs of a whole batch in one step, so that it matters what else a batch holds. */
    enum Batching {
        /** A run for each text, without padding. */
        ALONE,
        /** One run, padded to the longest text. */
        TO_THE_LONGEST,
        /** One run, padded as the tokenizer's file says. */
        AS_THE_TOKENIZER_SAYS;

        private Map<String, String> options() {
            return switch (this) {
                case ALONE -> Map.of("padding", "false");
                case TO_THE_LONGEST -> Map.of("padding", "true");
                case AS_THE_TOKENIZER_SAYS -> Map.of();
            };
        }
    }

    /** A vector for each text, of any length. */
    List<float[]> embeddings(SentenceModel model, List<String> texts) throws IOException, OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (HuggingFaceTokenizer tokenizer =
                        HuggingFaceTokenizer.newInstance(SentenceModel.tokenizer(), batching.options());
                OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                OrtSession session = environment.createSession(model.path().toString(), options)) {
            Encoding[] encodings = tokenizer.batchEncode(texts);
            float[][] embeddings = new float[texts.size()][];
            int inOneRun = batching == Batching.ALONE ? 1 : texts.size();
            for (int from = 0; from < texts.size(); from += inOneRun) {
                Encoding[] run = Arrays.copyOfRange(encodings, from, from + inOneRun);
                System.arraycopy(pooled(environment, session, run), 0, embeddings, from, inOneRun);
            }
            return List.of(embeddings);
        }
    }

    private static float[][] pooled(OrtEnvironment environment, OrtSession session, Encoding[] texts)
            throws OrtException {
        try (OnnxTensor ids = tensor(environment, texts, Encoding::getIds);
                OnnxTensor mask = tensor(environment, texts, Encoding::getAttentionMask);
                OnnxTensor types = tensor(environment, texts, Encoding::getTypeIds);
                OrtSession.Result result =
                        session.run(Map.of("input_ids", ids, "attention_mask", mask, "token_type_ids", types))) {
            float[][][] states = (float[][][]) result.get(0).getValue();
            float[][] embeddings = new float[texts.length][];
            for (int text = 0; text < texts.length; text++) {
                embeddings[text] = mean(states[text], texts[text].getAttentionMask());
            }
            return embeddings;
        }
    }

    private static OnnxTensor tensor(OrtEnvironment environment, Encoding[] texts, Function<Encoding, long[]> part)
            throws OrtException {
        return OnnxTensor.createTensor(
                environment, Arrays.stream(texts).map(part).toArray(long[][]::new));
    }

    private static float[] mean(float[][] states, long[] mask) {
        double[] sum = new double[states[0].length];
        for (int position = 0; position < states.length; position++) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += mask[position] * states[position][i];
            }
        }
        long positions = Arrays.stream(mask).sum();
        float[] mean = new float[sum.length];
        for (int i = 0; i < sum.length; i++) {
            mean[i] = (float) (sum[i] / positions);
        }
        return mean;
    }
}
