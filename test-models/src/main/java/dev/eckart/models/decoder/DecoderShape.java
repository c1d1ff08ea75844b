package dev.eckart.models.decoder;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.model.ElementType;
import dev.eckart.models.synthetic.SyntheticTensor;
import dev.eckart.models.synthetic.TransformerSizes;
import java.util.ArrayList;
import java.util.List;

/**
 * The sizes of a decoder.
 *
 * @param hidden width of the network
 * @param ffn width inside of each feed-forward part
 * @param heads of attention, which share {@code hidden} evenly
 * @param vocabulary how many tokens there are
 * @param type what its weights are stored as: float16 or float32
 * @param tied whether the output projection is the table of embeddings, transposed
 */
public record DecoderShape(int hidden, int ffn, int layers, int heads, int vocabulary, ElementType type, boolean tied) {

    /** @throws InvalidInputException if there is no such decoder */
    public DecoderShape {
        TransformerSizes.require(hidden, ffn, layers, heads, vocabulary);
        if (type != ElementType.FLOAT16 && type != ElementType.FLOAT32) {
            throw new InvalidInputException("type: expected float16 or float32 but was: " + type.label());
        }
    }

    /** The same with another number of layers. */
    public DecoderShape withLayers(int number) {
        return new DecoderShape(hidden, ffn, number, heads, vocabulary, type, tied);
    }

    /** The same with as many layers as bring the data closest to a number of bytes, and one at least. */
    public DecoderShape ofAbout(double bytes) {
        long one = withLayers(1).bytes();
        long layer = withLayers(2).bytes() - one;
        return withLayers((int) Math.max(1, 1 + Math.round((bytes - one) / layer)));
    }

    /** Numbers in all weights. */
    public long parameters() {
        return tensors().stream().mapToLong(SyntheticTensor::elements).sum();
    }

    /** What the weights take in a file. */
    public long bytes() {
        return parameters() * type.bytes();
    }

    /** Every weight, in the order in which the network uses them. */
    List<SyntheticTensor> tensors() {
        List<SyntheticTensor> tensors = new ArrayList<>();
        tensors.add(SyntheticTensor.table(DecoderNames.EMBEDDING, vocabulary, hidden));
        // What each layer adds stays in proportion to what all of them add up to.
        double damped = 1 / Math.sqrt(2.0 * layers);
        for (int layer = 0; layer < layers; layer++) {
            DecoderNames.Layer names = new DecoderNames.Layer(layer);
            tensors.add(SyntheticTensor.gain(names.attentionNorm(), hidden));
            tensors.add(SyntheticTensor.projection(names.query(), hidden, hidden, 1));
            tensors.add(SyntheticTensor.projection(names.key(), hidden, hidden, 1));
            tensors.add(SyntheticTensor.projection(names.value(), hidden, hidden, 1));
            tensors.add(SyntheticTensor.projection(names.attentionOutput(), hidden, hidden, damped));
            tensors.add(SyntheticTensor.gain(names.ffnNorm(), hidden));
            tensors.add(SyntheticTensor.projection(names.gate(), hidden, ffn, 1));
            tensors.add(SyntheticTensor.projection(names.up(), hidden, ffn, 1));
            tensors.add(SyntheticTensor.projection(names.down(), ffn, hidden, damped));
        }
        tensors.add(SyntheticTensor.gain(DecoderNames.FINAL_NORM, hidden));
        if (!tied) {
            tensors.add(SyntheticTensor.projection(DecoderNames.OUTPUT, hidden, vocabulary, 1));
        }
        return tensors;
    }
}
