package dev.eckart.assertions;

import java.nio.file.Path;
import org.assertj.core.annotation.CheckReturnValue;
import org.assertj.core.api.SoftAssertions;

/** AssertJ's soft assertions, and those on compressed models: all that fail are told at once, of one comparison. */
public class EckartSoftAssertions extends SoftAssertions {

    /** As {@link EckartAssertions#assertThatModel}. */
    @CheckReturnValue
    public ModelAssert assertThatModel(Path compressed) {
        return proxy(ModelAssert.class, Path.class, compressed);
    }
}
