package dev.eckart.onnx.job;

import dev.eckart.core.encode.Encoding;
import dev.eckart.core.encode.EncodingOrder;
import dev.eckart.core.factor.PlannedWeight;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The stored forms that a run chooses from, in the order in which a weight is offered them.
 *
 * @param pairs whether the rank strategy's pairs are among them; they come first
 * @param encodings the others
 */
public record StoredForms(boolean pairs, List<Encoding> encodings) {
    /** Pairs alone. */
    public static final StoredForms PAIRS = new StoredForms(true, List.of());

    public StoredForms {
        encodings = List.copyOf(encodings);
        if (!pairs && encodings.isEmpty()) {
            throw new IllegalArgumentException("Expected one form or more");
        }
    }

    /** The encodings, in order. */
    EncodingOrder order() {
        return new EncodingOrder(encodings);
    }

    /** As the user writes them. */
    String text() {
        return Stream.concat(
                        pairs ? Stream.of(PlannedWeight.PAIR) : Stream.of(),
                        encodings.stream().map(Encoding::name))
                .collect(Collectors.joining(","));
    }
}
