package dev.eckart.models.encoder;

import dev.eckart.core.InvalidInputException;
import dev.eckart.models.synthetic.SyntheticTensor;
import dev.eckart.models.synthetic.TransformerSizes;
import java.util.ArrayList;
import java.util.List;

/**
 * The sizes of an encoder.
 *
 * @param hidden width of the network
 * @param ffn width inside of each feed-forward part
 * @param heads of attention, which share {@code hidden} evenly
 * @param vocabulary how many tokens there are
 */
public record EncoderShape(int hidden, int ffn, int layers, int heads, int vocabulary) {

    /** Tokens of the longest sequence, as BERT has it. */
    public static final int POSITIONS = 512;

    /** @throws InvalidInputException if there is no such encoder */
    public EncoderShape {
        TransformerSizes.require(hidden, ffn, layers, heads, vocabulary);
    }

    /** Numbers in all weights. */
    public long parameters() {
        return tensors().stream().mapToLong(SyntheticTensor::elements).sum();
    }

    /** What the weights take in a file. */
    public long bytes() {
        return parameters() * Float.BYTES;
    }

    /** Every weight, in the order in which the network uses them. */
    List<SyntheticTensor> tensors() {
        List<SyntheticTensor> tensors = new ArrayList<>();
        tensors.add(SyntheticTensor.table(EncoderNames.WORDS, vocabulary, hidden));
        tensors.add(SyntheticTensor.table(EncoderNames.POSITIONS, POSITIONS, hidden));
        addNorm(tensors, EncoderNames.EMBEDDING_NORM);
        for (int layer = 0; layer < layers; layer++) {
            EncoderNames.Layer names = new EncoderNames.Layer(layer);
            addProjection(tensors, names.query(), hidden, hidden);
            addProjection(tensors, names.key(), hidden, hidden);
            addProjection(tensors, names.value(), hidden, hidden);
            addProjection(tensors, names.attentionOutput(), hidden, hidden);
            addNorm(tensors, names.attentionNorm());
            addProjection(tensors, names.intermediate(), hidden, ffn);
            addProjection(tensors, names.output(), ffn, hidden);
            addNorm(tensors, names.outputNorm());
        }
        return tensors;
    }

    private static void addProjection(List<SyntheticTensor> tensors, String part, int in, int out) {
        tensors.add(SyntheticTensor.projection(EncoderNames.weight(part), in, out, 1));
        tensors.add(SyntheticTensor.bias(EncoderNames.bias(part), out));
    }

    private void addNorm(List<SyntheticTensor> tensors, String part) {
        tensors.add(SyntheticTensor.gain(EncoderNames.weight(part), hidden));
        tensors.add(SyntheticTensor.bias(EncoderNames.bias(part), hidden));
    }
}
