package dev.eckart.core.compress;

import dev.eckart.core.encode.Encoding;
import dev.eckart.core.encode.RankedEncoding;
import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.model.JointBlocks;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.model.SkippedWeight;
import dev.eckart.core.rank.RankSelector;
import dev.eckart.core.rank.WeightRankSelector;
import dev.eckart.core.scan.Inventory;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Encodings that are decided on at once, and the weights that they are offered to.
 *
 * @param encodings one with ranks, or others in the order in which a weight is offered them; all of products, or none of them; there may be no
 *     encoding at all
 */
record Stage(List<Encoding> encodings, Inventory weights) {
    Stage {
        encodings = List.copyOf(encodings);
    }

    Stage and(Encoding encoding) {
        return new Stage(Stream.concat(encodings.stream(), Stream.of(encoding)).toList(), weights);
    }

    /** The one encoding, if it has ranks. */
    Optional<RankedEncoding> ranked() {
        return !encodings.isEmpty() && encodings.get(0) instanceof RankedEncoding one
                ? Optional.of(one)
                : Optional.empty();
    }

    boolean isOfProducts() {
        return !encodings.isEmpty() && encodings.get(0).isOfProducts();
    }

    /** Whether each weight is decided on by itself. */
    boolean isOneByOne(RankSelector selector) {
        return ranked().isEmpty() || selector instanceof WeightRankSelector;
    }

    /** The same without what a plan replaces. */
    Stage after(CompressionPlan plan) {
        Set<String> replaced = plan.replaced().stream()
                .flatMap(planned -> members(planned.weight()))
                .collect(Collectors.toSet());
        return replaced.isEmpty()
                ? this
                : new Stage(
                        encodings,
                        new Inventory(
                                weights.linear().stream()
                                        .filter(weight -> members(weight).noneMatch(replaced::contains))
                                        .toList(),
                                weights.skipped().stream()
                                        .filter(skipped -> !replaced.contains(skipped.name()))
                                        .toList()));
    }

    /** The same for weights of some names alone. */
    Stage among(Set<String> names) {
        return new Stage(
                encodings,
                new Inventory(
                        weights.linear().stream()
                                .filter(weight -> names.contains(weight.name()))
                                .toList(),
                        weights.skipped()));
    }

    /** A plan with what was decided here instead of what was left before. */
    CompressionPlan followed(CompressionPlan before, CompressionPlan here) {
        Set<String> anew = Stream.concat(
                        weights.linear().stream().flatMap(Stage::members),
                        weights.skipped().stream().map(SkippedWeight::name))
                .collect(Collectors.toSet());
        Predicate<LinearWeight> stays = weight -> members(weight).noneMatch(anew::contains);
        return new CompressionPlan(
                Stream.concat(
                                before.weights().stream().filter(planned -> stays.test(planned.weight())),
                                here.weights().stream())
                        .toList(),
                Stream.concat(
                                here.skipped().stream(),
                                before.skipped().stream().filter(skipped -> !anew.contains(skipped.name())))
                        .toList());
    }

    /** The names of the weights that one stands for. */
    static Stream<String> members(LinearWeight weight) {
        return weight.joint().map(JointBlocks::members).orElseGet(() -> List.of(weight)).stream()
                .map(LinearWeight::name);
    }
}
