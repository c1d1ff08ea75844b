package dev.eckart.cli.text;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.InvalidInputException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import org.junit.jupiter.api.Test;

class TokenizerLibraryTest {
    @Test
    void should_say_how_to_get_the_optional_part() throws IOException {
        try (URLClassLoader without = new URLClassLoader(new URL[0], ClassLoader.getPlatformClassLoader())) {
            assertThatThrownBy(() -> TokenizerLibrary.require(without, "1.2.3"))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessage(
                            "texts are tokenized by an optional part that is not installed; put `eckart-tokenizers-1.2.3.jar`, which is published beside `eckart-1.2.3.jar`, into the directory of the command's jar");
        }
    }

    @Test
    void should_find_it_where_it_is() {
        assertThatCode(() -> TokenizerLibrary.require(TokenizerLibraryTest.class.getClassLoader(), "1.2.3"))
                .doesNotThrowAnyException();
    }
}
