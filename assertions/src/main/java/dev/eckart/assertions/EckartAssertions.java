package dev.eckart.assertions;

import java.nio.file.Path;
import org.assertj.core.annotation.CheckReturnValue;

/** Where assertions on compressed models begin. */
@CheckReturnValue
public final class EckartAssertions {
    private EckartAssertions() {}

    /** Begins an assertion on a compressed model, an {@code .onnx} file. */
    public static ModelAssert assertThatModel(Path compressed) {
        return new ModelAssert(compressed);
    }
}
