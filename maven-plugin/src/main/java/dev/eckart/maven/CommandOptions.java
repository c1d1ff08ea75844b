package dev.eckart.maven;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.codehaus.plexus.configuration.PlexusConfiguration;
import org.jspecify.annotations.Nullable;

/** Configuration as options of the command, which is the one to say whether they are right. */
final class CommandOptions {
    /** A limit on a metric says which way it goes; one with a name of its own need not. */
    private static final Pattern WITH_RELATION = Pattern.compile("\\s*[<>]=.*");

    private CommandOptions() {}

    /** One option; none where it has no value. */
    static List<String> of(String name, @Nullable String value) {
        return Optional.ofNullable(value)
                .map(given -> List.of("--%s=%s".formatted(name, given.strip())))
                .orElse(List.of());
    }

    /** An option for each element, or for each element in it, such as {@code --joint=true}. */
    static List<String> of(PlexusConfiguration elements) {
        List<String> options = new ArrayList<>();
        for (PlexusConfiguration element : elements.getChildren()) {
            if (element.getChildCount() == 0) {
                options.addAll(of(element.getName(), element.getValue("")));
            }
            for (PlexusConfiguration each : element.getChildren()) {
                options.addAll(of(element.getName(), each.getValue("")));
            }
        }
        return List.copyOf(options);
    }

    /** {@code --min-cosine=0.99}, or, on a metric, {@code --limit=top-5-accuracy<=0.01}. */
    static String limit(String name, String limit) {
        return WITH_RELATION.matcher(limit).matches()
                ? "--limit=%s%s".formatted(name, limit.strip())
                : "--%s=%s".formatted(name, limit.strip());
    }
}
