package dev.eckart.models.encoder;

/** Names of weights and of the parts that have them, as BERT's are. */
final class EncoderNames {
    static final String WORDS = "embeddings.word_embeddings.weight";
    static final String POSITIONS = "embeddings.position_embeddings.weight";
    static final String EMBEDDING_NORM = "embeddings.LayerNorm";

    private EncoderNames() {}

    static String weight(String part) {
        return part + ".weight";
    }

    static String bias(String part) {
        return part + ".bias";
    }

    /** The parts of one layer, from 0. */
    record Layer(int index) {
        String attention() {
            return "encoder.layer.%d.attention".formatted(index);
        }

        String query() {
            return attention() + ".self.query";
        }

        String key() {
            return attention() + ".self.key";
        }

        String value() {
            return attention() + ".self.value";
        }

        String attentionOutput() {
            return attention() + ".output.dense";
        }

        String attentionNorm() {
            return attention() + ".output.LayerNorm";
        }

        String intermediate() {
            return "encoder.layer.%d.intermediate.dense".formatted(index);
        }

        String output() {
            return "encoder.layer.%d.output.dense".formatted(index);
        }

        String outputNorm() {
            return "encoder.layer.%d.output.LayerNorm".formatted(index);
        }
    }
}
