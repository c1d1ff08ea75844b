package dev.eckart.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.factor.Decision;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.linalg.EnergyMoments;
import dev.eckart.core.rank.RankChoice;
import dev.eckart.core.rank.RankSelectorProvider;
import dev.eckart.core.rank.RankStrategies;
import dev.eckart.core.rank.StrategyArguments;
import dev.eckart.core.rank.WeightRankSelector;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The rules that every rank strategy keeps, as tests: a strategy's test class implements this, and adds what is special
 * about it.
 *
 * <pre>{@code
 * class HalfTest implements RankSelectorConformance {
 *     public RankSelectorProvider provider() { return new HalfProvider(); }
 *     public List<String> calls() { return List.of("half:1", "half:16"); }
 * }
 * }</pre>
 *
 * <p>The message of a test that fails says the rule. For a strategy that is given an amount to spend, see
 * {@link BudgetConformance}.
 */
public interface RankSelectorConformance {

    /** A new provider of the strategy, as the engine makes one. */
    RankSelectorProvider provider();

    /**
     * The strategy in several settings, as the user would write them after {@code --rank}. Each must have something to
     * say on weights of 32 × 32 and more.
     */
    List<String> calls();

    /** Whether ranks depend on how large the numbers of a network are, such as by a tolerance that is not relative. */
    default boolean usesScale() {
        return false;
    }

    /** Whether ranks depend on which weight comes first, such as by sparing the last layer. */
    default boolean usesPosition() {
        return false;
    }

    @Test
    default void should_be_found_by_the_engine() {
        RankSelectorProvider provider = provider();
        Class<?> type = provider.getClass();

        assertThat(RankStrategies.load(type.getClassLoader()).all())
                .as(
                        "A strategy is found by its service file: META-INF/services/%s must name %s",
                        RankSelectorProvider.class.getName(), type.getName())
                .anyMatch(found -> found.getClass().equals(type));
    }

    @Test
    default void should_have_a_name_that_can_be_typed_and_a_line_on_what_it_does() {
        Described.expect(
                provider(),
                "[a-z0-9-]*[a-z-][a-z0-9-]*",
                "lower-case letters, digits and hyphens, not of digits alone");
    }

    @Test
    default void should_work_as_its_usage_shows_and_its_test_lists() {
        assertThat(calls())
                .as("The test of a strategy must list at least one call")
                .isNotEmpty();
        List<String> calls = new ArrayList<>(calls());
        calls.addAll(new TreeMap<>(provider().usage()).keySet());
        for (String call : calls) {
            assertThat(StrategyArguments.parse(call).name())
                    .as("A call of a strategy must begin with its name, but `%s` does not", call)
                    .isEqualTo(provider().name());
            Called called = Called.of(provider(), call);
            assertThat(SampleNetwork.ordinary())
                    .as(
                            "A call in the usage or the test must be accepted for an ordinary network, but `%s` refuses all",
                            call)
                    .anyMatch(network -> called.choose(network).isPresent());
        }
    }

    @Test
    default void should_choose_a_rank_that_each_weight_has_or_keep_it_with_a_reason() {
        for (String call : calls()) {
            Called called = Called.of(provider(), call);
            SampleNetwork.all().forEach(called::choose);
        }
    }

    @Test
    default void should_choose_nothing_for_a_network_without_linear_weights() {
        for (String call : calls()) {
            Optional<List<RankChoice>> choices = Called.of(provider(), call)
                    .choose(new SampleNetwork("a network without linear weights", List.of()));

            assertThat(choices)
                    .as("A network without linear weights is valid, but `%s` refuses it", call)
                    .isPresent();
        }
    }

    @Test
    default void should_choose_the_same_every_time() {
        for (String call : calls()) {
            Called called = Called.of(provider(), call);
            List<SampleNetwork> networks = SampleNetwork.all();
            List<SampleNetwork> copies = SampleNetwork.all();
            for (int i = 0; i < networks.size(); i++) {
                SampleNetwork network = networks.get(i);
                Optional<List<RankChoice>> choices = called.choose(network);

                assertThat(called.choose(network))
                        .as(
                                "A strategy that is asked twice must answer the same, but `%s` does not for %s",
                                call, network.description())
                        .isEqualTo(choices);
                assertThat(Called.of(provider(), call).choose(copies.get(i)))
                        .as(
                                "The same numbers in other objects must get the same choices (a hash map of objects has"
                                        + " another order in each run), but `%s` differs for %s",
                                call, network.description())
                        .isEqualTo(choices);
            }
        }
    }

    @Test
    default void should_choose_for_each_weight_in_its_place() {
        assumeFalse(usesPosition(), "the strategy depends on the order of the weights");
        for (String call : calls()) {
            Called called = Called.of(provider(), call);
            for (SampleNetwork network : SampleNetwork.ordinary()) {
                List<Integer> ranks = ranks(called.choose(network));
                Collections.reverse(ranks);

                assertThat(ranks(called.choose(network.reversed())))
                        .as(
                                "Choices must be in the order of the weights, so that weights in another order get the same"
                                        + " ranks (0: unchanged), but `%s` differs for %s; if this is intended, override usesPosition()",
                                call, network.description())
                        .isEqualTo(ranks);
            }
        }
    }

    @Test
    default void should_choose_the_same_for_huge_and_tiny_numbers() {
        assumeFalse(usesScale(), "the strategy depends on the scale of the numbers");
        for (String call : calls()) {
            Called called = Called.of(provider(), call);
            for (SampleNetwork network : SampleNetwork.ordinary()) {
                List<Integer> ranks = ranks(called.choose(network));
                // Powers of two, so that nothing is rounded, almost from one end of the range of floats to the other.
                for (double factor : new double[] {0x1p-100, 0x1p100}) {
                    assertThat(ranks(called.choose(network.times(factor))))
                            .as(
                                    "A network with all its numbers multiplied by %s must get the same ranks (0: unchanged), but"
                                            + " `%s` differs for %s; if this is intended, override usesScale()",
                                    factor, call, network.description())
                            .isEqualTo(ranks);
                }
            }
        }
    }

    /** The rank of each choice, 0 for a weight that is kept; nothing if the network is refused. */
    private static List<Integer> ranks(Optional<List<RankChoice>> choices) {
        List<Integer> ranks = new ArrayList<>();
        for (RankChoice choice : choices.orElse(List.of())) {
            ranks.add(choice instanceof RankChoice.Truncate truncate ? truncate.rank() : 0);
        }
        return ranks;
    }

    /** The engine asks a strategy that looks at each weight by itself one by one, in any order, and in `scan` all at once. */
    @Test
    default void should_choose_by_itself_what_it_chooses_among_others() {
        for (String call : calls()) {
            Called called = Called.of(provider(), call);
            if (called.selector() instanceof WeightRankSelector selector) {
                for (SampleNetwork network : SampleNetwork.all()) {
                    called.choose(network).ifPresent(choices -> {
                        for (int i = choices.size() - 1; i >= 0; i--) {
                            WeightSpectrum weight = network.weights().get(i);
                            assertThat(called.answered(network, () -> selector.choose(weight)))
                                    .as(
                                            "A strategy that looks at each weight by itself must choose the same, in whatever"
                                                    + " order it is asked, but `%s` differs for %s in %s",
                                            call, weight.weight().describe(), network.description())
                                    .isEqualTo(choices.get(i));
                        }
                    });
                }
            }
        }
    }

    @Test
    default void should_settle_only_what_stays_as_it_is() {
        for (String call : calls()) {
            Called called = Called.of(provider(), call);
            if (called.selector() instanceof WeightRankSelector selector) {
                for (SampleNetwork network : SampleNetwork.all()) {
                    for (WeightSpectrum weight : network.weights()) {
                        moments(weight)
                                .flatMap(moments ->
                                        called.answered(network, () -> selector.settle(weight.weight(), moments)))
                                .ifPresent(keep -> {
                                    called.expectFeasible(network, weight, keep);
                                    assertThat(PlannedWeight.of(weight, selector.choose(weight), SampleNetwork.PAIRS)
                                                    .decision())
                                            .as(
                                                    "A weight that is settled before its singular values are known must be one"
                                                            + " that would stay unchanged, but `%s` settles %s in %s, and would"
                                                            + " replace it",
                                                    call, weight.weight().describe(), network.description())
                                            .isInstanceOf(Decision.Keep.class);
                                });
                    }
                }
            }
        }
    }

    /** Nothing if they are too large for a double. */
    private static Optional<EnergyMoments> moments(WeightSpectrum weight) {
        double[] values = weight.spectrum().singularValues();
        double energy = Arrays.stream(values).map(v -> v * v).sum();
        double squares = Arrays.stream(values).map(v -> v * v * v * v).sum();
        return Double.isFinite(energy + squares)
                ? Optional.of(new EnergyMoments(values.length, energy, squares))
                : Optional.empty();
    }

    @Test
    default void should_refuse_options_that_it_does_not_have() {
        for (String call : calls()) {
            String wrong = call + ",no-such-option=1";
            StrategyArguments arguments = StrategyArguments.parse(wrong);

            assertThat(catchThrowable(() -> provider().create(arguments)))
                    .as(
                            "An unknown option must be refused, and named (`arguments.allowing(…)` does both), but `%s` is"
                                    + " accepted, or refused in another way",
                            wrong)
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("no-such-option");
        }
    }

    /** What it accepts must work, and what it does not must be refused as bad input. */
    @Test
    default void should_work_with_or_refuse_whatever_value_it_is_given() {
        for (String call : calls()) {
            for (String variant : Variants.of(StrategyArguments.parse(call))) {
                Called.ifAccepted(provider(), variant)
                        .ifPresent(called -> SampleNetwork.ordinary().forEach(called::choose));
            }
        }
    }
}
