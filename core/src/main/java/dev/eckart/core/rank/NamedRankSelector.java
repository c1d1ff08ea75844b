package dev.eckart.core.rank;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * {@code ranks,NAME=r,…}: a rank for each weight that is named; all others are kept.
 *
 * <p>In a name, a comma is written {@code %2C}, an equals sign {@code %3D} and a percent sign {@code %25}.
 *
 * @param ranks by the weights' names
 */
public record NamedRankSelector(SortedMap<String, Integer> ranks) implements WeightRankSelector {
    private static final String NAME = "ranks";

    public NamedRankSelector {
        ranks.forEach((name, rank) -> {
            if (rank < 1) {
                throw new IllegalArgumentException(
                        "Expected a rank from 1 for weight `%s` but was: %d".formatted(name, rank));
            }
        });
        ranks = new TreeMap<>(ranks);
    }

    /** How users call it. */
    public String call() {
        return NAME
                + ranks.entrySet().stream()
                        .map(entry -> ",%s=%d".formatted(written(entry.getKey()), entry.getValue()))
                        .collect(Collectors.joining());
    }

    private static String written(String name) {
        return name.replace("%", "%25").replace(",", "%2C").replace("=", "%3D");
    }

    private static String read(String written) {
        return written.replace("%3D", "=").replace("%2C", ",").replace("%25", "%");
    }

    @Override
    public void require(List<LinearWeight> weights) {
        Set<String> unknown = new TreeSet<>(ranks.keySet());
        weights.forEach(weight -> unknown.remove(weight.name()));
        if (!unknown.isEmpty()) {
            throw new InvalidInputException(
                    "strategy `%s`: the model has no linear weight `%s`; `eckart scan` lists the names"
                            .formatted(NAME, unknown.iterator().next()));
        }
    }

    @Override
    public RankChoice choose(WeightSpectrum weight) {
        Integer rank = ranks.get(weight.weight().name());
        if (rank == null) {
            return new RankChoice.Keep("the strategy names no rank for this weight");
        }
        return rank > weight.smallerSide()
                ? new RankChoice.Keep("rank %d exceeds its smaller side %d".formatted(rank, weight.smallerSide()))
                : new RankChoice.Truncate(rank);
    }

    /** {@code ranks,fc1.weight=16}. */
    public static final class Provider implements RankSelectorProvider {

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public String summary() {
            return "a rank for each named weight; all other weights stay unchanged";
        }

        @Override
        public Map<String, String> usage() {
            return Map.of("ranks,fc1.weight=16,fc2.weight=8", "rank 16 for fc1.weight, rank 8 for fc2.weight");
        }

        @Override
        public RankSelector create(StrategyArguments arguments) {
            arguments.withoutValue();
            if (arguments.options().isEmpty()) {
                throw new InvalidInputException(
                        "strategy `%s`: expected the rank of at least one weight, such as ranks,fc1.weight=16"
                                .formatted(arguments.text()));
            }
            SortedMap<String, Integer> ranks = new TreeMap<>();
            arguments.options().forEach((name, rank) -> ranks.put(read(name), rank(arguments, name, rank)));
            return new NamedRankSelector(ranks);
        }

        private static int rank(StrategyArguments arguments, String name, String written) {
            if (!written.matches("0*[1-9]\\d{0,8}")) {
                throw new InvalidInputException("strategy `%s`: expected a whole number from 1 for `%s` but was: %s"
                        .formatted(arguments.text(), name, written));
            }
            return Integer.parseInt(written);
        }
    }
}
