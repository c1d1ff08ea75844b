package dev.eckart.core.encode;

import dev.eckart.core.model.LinearWeight;
import java.util.List;
import java.util.Optional;

/**
 * A way to store weights in fewer bytes. Mathematics only: it sees matrices, and no file format.
 *
 * <p>Immutable, and safe to use from several threads.
 */
public interface Encoding {

    /** What the user wrote to have it, such as {@code bits:8}: said in reports and in the compressed model. */
    String name();

    /** Why it has nothing to offer for a weight, for people, without a capital or a full stop; empty if it may have. */
    default Optional<String> obstacle(LinearWeight weight) {
        return Optional.empty();
    }

    /**
     * Whether its forms take part in a layer's product, such as (x·B)·A for x·W, so that it serves linear weights alone. The
     * forms of any other make up the constant again when the model is loaded, for whatever operator takes it.
     */
    default boolean isOfProducts() {
        return false;
    }

    /** Whether the network rounds the inputs of products by its forms while it runs, and so loses more than these do. */
    default boolean roundsInputs() {
        return false;
    }

    /**
     * An encoding of more bytes that loses less, for the few weights that the network's outputs lose most by; empty if these
     * are to be left as they are.
     */
    default Optional<Encoding> finer() {
        return Optional.empty();
    }

    /**
     * The encodings to choose from where a size is to be kept to, from the truest to the smallest: those of one kind, such as codes of 8
     * to 3 bits. Where there is no size to keep to, this encoding itself does.
     */
    default List<Encoding> variants() {
        return List.of(this);
    }

    /**
     * Analyzes a weight.
     *
     * @param view of a weight that there is no obstacle to
     * @throws dev.eckart.core.linalg.NonFiniteValueException if it holds a NaN or an infinity
     */
    Draft draft(WeightView view);
}
