package dev.eckart.core.scan;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.model.NamePattern;
import dev.eckart.core.model.SkipReason;
import dev.eckart.core.model.SkippedWeight;
import java.util.ArrayList;
import java.util.List;

/**
 * The weights that the user wants factored, by name.
 *
 * @param include a weight is in if one of these {@linkplain NamePattern patterns} matches its name, or if there are none
 * @param exclude a weight is out if one of these matches its name
 */
public record WeightFilter(List<String> include, List<String> exclude) {

    /** Lets every weight through. */
    public static final WeightFilter ALL = new WeightFilter(List.of(), List.of());

    public WeightFilter {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
    }

    /**
     * The inventory with the weights that the patterns leave out among the skipped.
     *
     * @throws InvalidInputException if a pattern matches no linear weight: most likely a misspelled name
     */
    public Inventory apply(Inventory inventory) {
        List<NamePattern> included = patterns(include, "--include", inventory);
        List<NamePattern> excluded = patterns(exclude, "--exclude", inventory);
        List<LinearWeight> linear = new ArrayList<>();
        List<SkippedWeight> skipped = new ArrayList<>();
        for (LinearWeight weight : inventory.linear()) {
            boolean in = included.isEmpty() || matchesAny(included, weight.name());
            if (in && !matchesAny(excluded, weight.name())) {
                linear.add(weight);
            } else {
                skipped.add(SkippedWeight.of(weight, SkipReason.EXCLUDED, ""));
            }
        }
        skipped.addAll(inventory.skipped());
        return new Inventory(linear, skipped);
    }

    private static boolean matchesAny(List<NamePattern> patterns, String name) {
        return patterns.stream().anyMatch(pattern -> pattern.matches(name));
    }

    private static List<NamePattern> patterns(List<String> globs, String option, Inventory inventory) {
        List<NamePattern> patterns = new ArrayList<>();
        for (String glob : globs) {
            NamePattern pattern = new NamePattern(glob);
            if (inventory.linear().stream().noneMatch(weight -> pattern.matches(weight.name()))) {
                throw new InvalidInputException(
                        "%s `%s` matches none of the %d linear weights; `eckart scan` lists their names"
                                .formatted(option, glob, inventory.linear().size()));
            }
            patterns.add(pattern);
        }
        return patterns;
    }
}
