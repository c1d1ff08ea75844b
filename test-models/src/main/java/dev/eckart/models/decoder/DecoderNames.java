package dev.eckart.models.decoder;

/** Names of weights, as exporters write them. */
final class DecoderNames {
    static final String EMBEDDING = "model.embed_tokens.weight";
    static final String FINAL_NORM = "model.norm.weight";
    static final String OUTPUT = "lm_head.weight";

    private DecoderNames() {}

    /** Those of one layer, from 0. */
    record Layer(int index) {
        String prefix() {
            return "model.layers." + index;
        }

        String attentionNorm() {
            return prefix() + ".input_layernorm.weight";
        }

        String query() {
            return prefix() + ".self_attn.q_proj.weight";
        }

        String key() {
            return prefix() + ".self_attn.k_proj.weight";
        }

        String value() {
            return prefix() + ".self_attn.v_proj.weight";
        }

        String attentionOutput() {
            return prefix() + ".self_attn.o_proj.weight";
        }

        String ffnNorm() {
            return prefix() + ".post_attention_layernorm.weight";
        }

        String gate() {
            return prefix() + ".mlp.gate_proj.weight";
        }

        String up() {
            return prefix() + ".mlp.up_proj.weight";
        }

        String down() {
            return prefix() + ".mlp.down_proj.weight";
        }
    }
}
