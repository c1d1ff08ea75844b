package dev.eckart.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.plugin.Provider;
import java.util.TreeMap;

/** What a provider says of itself, for people. */
final class Described {
    private Described() {}

    /**
     * Expects a name that can be typed, a line on what it does, and a line on each call.
     *
     * @param name as a regular expression, and {@code allowed}, the same in words
     */
    static void expect(Provider provider, String name, String allowed) {
        assertThat(provider.name()).as("A name must consist of %s", allowed).matches(name);
        expectLine("The summary of `%s`".formatted(provider.name()), provider.summary());
        assertThat(provider.usage())
                .as("The usage of `%s` must show at least one call", provider.name())
                .isNotEmpty();
        new TreeMap<>(provider.usage())
                .forEach((call, meaning) -> expectLine("The meaning of usage `%s`".formatted(call), meaning));
    }

    private static void expectLine(String what, String line) {
        assertThat(line)
                .as("%s must be one line, without a full stop", what)
                .isNotBlank()
                .doesNotContain("\n")
                .doesNotEndWith(".");
    }
}
