package dev.eckart.core.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.rank.StrategyArguments;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EncodingsTest {
    private static final ClassLoader LOADER = EncodingsTest.class.getClassLoader();

    @TempDir
    private Path folder;

    private final Encodings encodings = Encodings.load(LOADER);

    @Test
    void should_find_those_built_in_by_name() {
        assertThat(encodings.all())
                .extracting(EncodingProvider::name)
                .containsExactly("bits", "float16", "int8", "packed", "pair", "pair-bits");
        assertThat(encodings.select("bits:8")).isEqualTo(new BitsEncoding(8));
        assertThat(encodings.select("bits:2")).isEqualTo(new BitsEncoding(2));
        assertThat(encodings.select("bits:2").name()).isEqualTo("bits:2");
    }

    /** What the help shows must work when it is typed in. */
    @Test
    void should_understand_every_usage_that_it_shows() {
        assertThat(encodings.all()).allSatisfy(provider -> {
            assertThat(provider.name()).matches("[a-z0-9-]+");
            assertThat(provider.summary()).isNotBlank().doesNotContain("\n");
            assertThat(provider.usage()).isNotEmpty();
            provider.usage().forEach((usage, meaning) -> {
                assertThat(encodings.select(usage)).isNotNull();
                assertThat(meaning).isNotBlank();
            });
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "int3 | unknown encoding `int3`: expected one of bits, float16, int8, packed, pair, pair-bits",
                "8 | unknown encoding `8`: expected one of bits, float16, int8, packed, pair, pair-bits",
                "bits: | encoding `bits:`: expected name[:value][,key=value...], such as bits:8",
                "bits:1 | encoding `bits:1`: expected a number of bits from 2 to 8 but was: 1",
                "bits:9 | encoding `bits:9`: expected a number of bits from 2 to 8 but was: 9",
                "bits:4.5 | encoding `bits:4.5`: expected a number of bits from 2 to 8 but was: 4.5",
                "bits:-4 | encoding `bits:-4`: expected a number of bits from 2 to 8 but was: -4",
                "bits:99999999999 | encoding `bits:99999999999`: expected a number of bits from 2 to 8 but was: 99999999999",
                "float16:8 | encoding `float16:8`: float16 takes no value",
                "bits:8,block=32 | encoding `bits:8,block=32`: unknown option `block`; `bits` has no options",
                "bits:8,block | encoding `bits:8,block`: expected name[:value][,key=value...], such as bits:8",
            })
    void should_refuse_what_it_does_not_have(String call, String sentence) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> encodings.select(call))
                .satisfies(refusal -> assertThat(refusal.getMessage()).startsWith(sentence));
    }

    @Test
    void should_find_a_plug_in_beside_those_built_in() throws IOException {
        try (URLClassLoader loader = pluggingIn(Another.class)) {
            Encodings more = Encodings.load(loader);

            assertThat(more.all())
                    .extracting(EncodingProvider::name)
                    .containsExactly("another", "bits", "float16", "int8", "packed", "pair", "pair-bits");
            assertThat(more.select("another")).isEqualTo(new BitsEncoding(3));
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> more.select("nonsense"))
                    .withMessage(
                            "unknown encoding `nonsense`: expected one of another, bits, float16, int8, packed, pair, pair-bits");
        }
    }

    @Test
    void should_refuse_two_of_one_name() throws IOException {
        try (URLClassLoader loader = pluggingIn(Impostor.class)) {
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> Encodings.load(loader))
                    .withMessageStartingWith("two encodings are named `bits`: ")
                    .withMessageEndingWith("; remove one");
        }
    }

    @Test
    void should_tell_a_plug_ins_fault_from_a_refusal() {
        assertThat(Encodings.answer(new BitsEncoding(8), "`bits:8`", () -> 1)).isEqualTo(1);
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> Encodings.answer(new BitsEncoding(8), "`bits:8`", () -> {
                    throw new InvalidInputException("no");
                }))
                .withMessage("no");
    }

    /** A class path with one more folder, which declares that provider as a plug-in's jar does. */
    private URLClassLoader pluggingIn(Class<?> provider) throws IOException {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(EncodingProvider.class.getName()), provider.getName() + "\n");
        return new URLClassLoader(new URL[] {folder.toUri().toURL()}, LOADER);
    }

    /** An encoding of one's own. */
    public static class Another implements EncodingProvider {
        @Override
        public String name() {
            return "another";
        }

        @Override
        public String summary() {
            return "3 bits";
        }

        @Override
        public Map<String, String> usage() {
            return Map.of("another", "3 bits");
        }

        @Override
        public Encoding create(StrategyArguments arguments) {
            return new BitsEncoding(3);
        }
    }

    /** Takes a name that is taken. */
    public static final class Impostor extends Another {
        @Override
        public String name() {
            return "bits";
        }
    }
}
