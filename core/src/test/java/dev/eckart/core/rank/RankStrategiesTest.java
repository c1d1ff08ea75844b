package dev.eckart.core.rank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.plugin.Providers;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RankStrategiesTest {
    private static final ClassLoader LOADER = RankStrategiesTest.class.getClassLoader();

    @TempDir
    private Path folder;

    private final RankStrategies strategies = RankStrategies.load(LOADER);

    @Test
    void should_find_the_four_that_are_built_in_by_name() {
        assertThat(strategies.all())
                .extracting(RankSelectorProvider::name)
                .contains("energy", "fixed", "numerical", "ratio")
                .isSorted();
        assertThat(strategies.select("energy:0.99")).isEqualTo(new EnergyRankSelector(0.99));
        assertThat(strategies.select("fixed:16")).isEqualTo(new FixedRankSelector(16));
        assertThat(strategies.select("16")).isEqualTo(new FixedRankSelector(16));
        assertThat(strategies.select("ratio:0.5")).isEqualTo(new RatioRankSelector(0.5));
        assertThat(strategies.select("numerical")).isEqualTo(new NumericalRankSelector());
    }

    @Test
    void should_refuse_an_unknown_name_and_list_those_available() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> strategies.select("enrgy:0.9"))
                .withMessageStartingWith("unknown strategy `enrgy`: expected one of ")
                .withMessageContainingAll("budget", "energy", "fixed", "numerical", "ratio");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0.5           | (did you mean `ratio:0.5`, or `energy:0.5`?)
            50%           | (did you mean `ratio:0.5`?)
            energy=0.9    | (did you mean `energy:0.9`?)
            energy0.9     | (did you mean `energy:0.9`?)
            enrgy:0.9     | (did you mean `energy:0.9`?)
            Energy:0.9    | (did you mean `energy:0.9`?)
            fixed16       | (did you mean `fixed:16`?)
            bugdet:0.5,rounds=0 | (did you mean `budget:0.5,rounds=0`?)
            numericl      | (did you mean `numerical`?)
            energy:99     | (did you mean `energy:0.99`?)
            ratio:50%     | (did you mean `ratio:0.5`?)
            """)
    void should_say_what_was_probably_meant(String text, String hint) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> strategies.select(text))
                .withMessageEndingWith(" " + hint);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "50.5", "nonsense:0.9", ":", "0.5.5", "energy:", "energy:1.5", "fixed:0"})
    void should_not_guess_where_nothing_is_near(String text) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> strategies.select(text))
                .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("did you mean"));
    }

    @Test
    void should_pass_on_what_a_strategy_refuses() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> strategies.select("energy:1.5"))
                .withMessage("strategy `energy:1.5`: expected a number above 0 and up to 1 but was: 1.5");
    }

    /** What the help shows must work when it is typed in. */
    @Test
    void should_understand_every_usage_that_it_shows() {
        assertThat(strategies.usage()).containsKeys("energy:0.99", "fixed:16", "numerical", "ratio:0.5");
        strategies.usage().forEach((usage, meaning) -> {
            assertThat(strategies.select(usage)).isNotNull();
            assertThat(meaning).isNotBlank();
        });
        assertThat(strategies.all()).allSatisfy(provider -> {
            assertThat(provider.name()).matches("[a-z0-9-]+");
            assertThat(provider.summary()).isNotBlank().doesNotContain("\n");
            assertThat(provider.usage()).isNotEmpty();
        });
    }

    @Test
    void should_say_which_jar_or_folder_a_strategy_came_from() throws URISyntaxException {
        RankSelectorProvider builtIn = new EnergyRankSelector.Provider();
        URL mainClasses =
                builtIn.getClass().getProtectionDomain().getCodeSource().getLocation();

        assertThat(Providers.origin(builtIn))
                .isEqualTo(Path.of(mainClasses.toURI()).toString());
        assertThat(Providers.origin(new Another())).isNotEqualTo(Providers.origin(builtIn));
    }

    @Test
    void should_find_a_plug_in_beside_those_built_in() throws IOException {
        try (URLClassLoader loader = pluggingIn(Another.class.getName())) {
            RankStrategies more = RankStrategies.load(loader);

            assertThat(more.all()).extracting(RankSelectorProvider::name).contains("another", "energy");
            assertThat(more.select("another")).isEqualTo(new FixedRankSelector(1));
        }
    }

    @Test
    void should_refuse_two_of_one_name_and_name_both() throws IOException {
        try (URLClassLoader loader = pluggingIn(Impostor.class.getName())) {
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> RankStrategies.load(loader))
                    .withMessageStartingWith("two strategies are named `energy`: ")
                    .withMessageContaining("%s in %s", name(EnergyRankSelector.Provider.class), mainOrigin())
                    .withMessageContaining("%s in %s", name(Impostor.class), Providers.origin(new Impostor()))
                    .withMessageEndingWith("; remove one");
        }
    }

    @Test
    void should_refuse_a_plug_in_that_cannot_be_loaded() throws IOException {
        try (URLClassLoader loader = pluggingIn("no.such.Provider")) {
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> RankStrategies.load(loader))
                    .withMessageStartingWith("a strategy could not be loaded: ")
                    .withMessageContaining("no.such.Provider");
        }
    }

    private static String name(Class<?> type) {
        return type.getName();
    }

    private static String mainOrigin() {
        return Providers.origin(new EnergyRankSelector.Provider());
    }

    /** A class path with one more folder, which declares that provider as a plug-in's jar does. */
    private URLClassLoader pluggingIn(String provider) throws IOException {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(RankSelectorProvider.class.getName()), provider + "\n");
        return new URLClassLoader(new URL[] {folder.toUri().toURL()}, LOADER);
    }

    /** A strategy of one's own. */
    public static class Another implements RankSelectorProvider {
        @Override
        public String name() {
            return "another";
        }

        @Override
        public String summary() {
            return "rank 1";
        }

        @Override
        public Map<String, String> usage() {
            return Map.of("another", "rank 1");
        }

        @Override
        public RankSelector create(StrategyArguments arguments) {
            return new FixedRankSelector(1);
        }
    }

    /** Takes a name that is taken. */
    public static final class Impostor extends Another {
        @Override
        public String name() {
            return "energy";
        }
    }
}
