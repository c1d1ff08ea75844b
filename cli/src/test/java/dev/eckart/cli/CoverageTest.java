package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.models.Catalogue;
import dev.eckart.models.CatalogueModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of what is covered names networks and tests that there are, and every network. */
class CoverageTest {
    private static final Path PROJECT = Path.of("..");
    private static final Pattern NETWORK = Pattern.compile("(?<!\\*)\\*([a-z0-9-]+)\\*(?!\\*)");
    private static final Pattern TEST = Pattern.compile("`([A-Z][A-Za-z]*Test)(?:#([a-z_0-9]+))?`");

    @Test
    void should_name_every_network_of_the_catalogue_and_no_other() throws IOException {
        Set<String> named =
                NETWORK.matcher(page()).results().map(match -> match.group(1)).collect(Collectors.toSet());

        assertThat(named)
                .containsExactlyInAnyOrderElementsOf(
                        Catalogue.all().stream().map(CatalogueModel::name).toList());
    }

    @Test
    void should_name_tests_that_there_are() throws IOException {
        List<Path> sources;
        try (Stream<Path> files = Files.walk(PROJECT, 12)) {
            sources = files.filter(file -> file.toString().contains("src/test/java")
                            && file.toString().endsWith("Test.java"))
                    .toList();
        }
        List<MatchResult> named = TEST.matcher(page()).results().toList();

        assertThat(named).isNotEmpty();
        for (MatchResult test : named) {
            List<Path> found = sources.stream()
                    .filter(file -> file.getFileName().toString().equals(test.group(1) + ".java"))
                    .toList();
            assertThat(found).as(test.group()).isNotEmpty();
            if (test.group(2) != null) {
                assertThat(Files.readString(found.get(0))).as(test.group()).contains("void " + test.group(2) + "(");
            }
        }
    }

    private static String page() throws IOException {
        return Files.readString(PROJECT.resolve("docs/coverage.md"));
    }
}
