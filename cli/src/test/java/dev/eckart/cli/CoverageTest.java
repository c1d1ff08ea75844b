package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.models.Catalogue;
import dev.eckart.models.CatalogueModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages that say what is held, and by which test, name tests that there are; that of what is covered, every network. */
class CoverageTest {
    private static final Path PROJECT = Path.of("..");
    private static final Pattern NETWORK = Pattern.compile("(?<!\\*)\\*([a-z0-9-]+)\\*(?!\\*)");
    /** A class, a method of it, or a further method of the class named before. */
    private static final Pattern TEST =
            Pattern.compile("`([A-Z][A-Za-z0-9]*(?:Test|IT))?(?:#([a-z][A-Za-z0-9]*_[A-Za-z_0-9]+))?`");

    @Test
    void should_name_every_network_of_the_catalogue_and_no_other() throws IOException {
        Set<String> named = NETWORK.matcher(page("coverage.md"))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());

        assertThat(named)
                .containsExactlyInAnyOrderElementsOf(
                        Catalogue.all().stream().map(CatalogueModel::name).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"coverage.md", "trust.md", "reliability.md"})
    void should_name_tests_that_there_are(String page) throws IOException {
        List<Path> sources;
        try (Stream<Path> files = Files.walk(PROJECT, 12)) {
            sources = files.filter(file -> file.toString().contains("src/test/java"))
                    .toList();
        }
        List<MatchResult> named = TEST.matcher(page(page)).results().toList();

        assertThat(named).isNotEmpty();
        List<String> missing = new ArrayList<>();
        String name = "";
        for (MatchResult test : named) {
            name = test.group(1) == null ? name : test.group(1);
            String method = test.group(2);
            if (read(sources, name + ".java").stream()
                    .noneMatch(source -> method == null || source.contains("void " + method + "("))) {
                missing.add(method == null ? name : name + "#" + method);
            }
        }
        assertThat(missing).isEmpty();
    }

    /** A promise that nothing attacks is none, and neither is an attack that this page does not explain. */
    @Test
    void should_name_a_test_for_every_promise_and_every_attack_of_a_soak() throws IOException {
        List<String> rows = page("reliability.md")
                .lines()
                .filter(line ->
                        line.startsWith("| ") && !line.startsWith("| promise ") && !line.startsWith("| attack "))
                .toList();
        Set<String> attacks = Stream.of(SoakAttack.values())
                .map(attack -> "| `%s` ".formatted(attack))
                .collect(Collectors.toSet());

        assertThat(attacks).allSatisfy(attack -> assertThat(rows).anyMatch(row -> row.startsWith(attack)));
        assertThat(rows)
                .hasSizeGreaterThan(20)
                .allMatch(row -> TEST.matcher(row).results().anyMatch(test -> test.group(1) != null)
                        || attacks.stream().anyMatch(row::startsWith));
    }

    private static List<String> read(List<Path> sources, String name) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path source : sources) {
            if (source.getFileName().toString().equals(name)) {
                found.add(Files.readString(source));
            }
        }
        return found;
    }

    private static String page(String name) throws IOException {
        return Files.readString(PROJECT.resolve("docs").resolve(name));
    }
}
