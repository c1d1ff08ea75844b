package dev.eckart.strategy;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.EnergyMoments;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.RankChoice;
import dev.eckart.core.rank.RankPlan;
import dev.eckart.core.rank.RankSelector;
import dev.eckart.core.rank.WeightRankSelector;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Each mistake is found, and the message says which rule it is against. */
class RankSelectorConformanceTest {
    private static final Mistaken RIGHT = Mistaken.choosingEach(weight -> new RankChoice.Truncate(1));

    private static void expectFailure(ThrowingCallable rule, String... words) {
        assertThatExceptionOfType(AssertionError.class).isThrownBy(rule).withMessageContainingAll(words);
    }

    @Test
    void should_find_no_mistake_where_there_is_none() {
        RIGHT.should_have_a_name_that_can_be_typed_and_a_line_on_what_it_does();
        RIGHT.should_work_as_its_usage_shows_and_its_test_lists();
        RIGHT.should_choose_a_rank_that_each_weight_has_or_keep_it_with_a_reason();
        RIGHT.should_choose_nothing_for_a_network_without_linear_weights();
        RIGHT.should_choose_the_same_every_time();
        RIGHT.should_choose_for_each_weight_in_its_place();
        RIGHT.should_choose_the_same_for_huge_and_tiny_numbers();
        RIGHT.should_choose_by_itself_what_it_chooses_among_others();
        RIGHT.should_settle_only_what_stays_as_it_is();
        RIGHT.should_refuse_options_that_it_does_not_have();
        RIGHT.should_work_with_or_refuse_whatever_value_it_is_given();
        RIGHT.should_keep_no_less_for_a_larger_budget();
    }

    @Test
    void should_find_that_no_service_file_names_it() {
        expectFailure(
                RIGHT::should_be_found_by_the_engine,
                "META-INF/services/dev.eckart.core.rank.RankSelectorProvider must name dev.eckart.strategy.Mistaken");
    }

    @Test
    void should_find_a_name_that_cannot_be_typed_or_is_a_number() {
        for (String name : List.of("Mine", "my own", "16", "")) {
            expectFailure(
                    RIGHT.described(name, "rank 1", Map.of("mine", "rank 1"))
                            ::should_have_a_name_that_can_be_typed_and_a_line_on_what_it_does,
                    "lower-case letters, digits and hyphens");
        }
    }

    @Test
    void should_find_a_description_that_is_none() {
        expectFailure(
                RIGHT.described("mine", "Rank 1.", Map.of("mine", "rank 1"))
                        ::should_have_a_name_that_can_be_typed_and_a_line_on_what_it_does,
                "summary of `mine` must be one line");
        expectFailure(
                RIGHT.described("mine", "rank 1", Map.of("mine", " "))
                        ::should_have_a_name_that_can_be_typed_and_a_line_on_what_it_does,
                "meaning of usage `mine` must be one line");
        expectFailure(
                RIGHT.described("mine", "rank 1", Map.of())
                        ::should_have_a_name_that_can_be_typed_and_a_line_on_what_it_does,
                "must show at least one call");
    }

    @Test
    void should_find_a_usage_that_does_not_work() {
        expectFailure(
                RIGHT.described("mine", "rank 1", Map.of("yours:1", "rank 1"))
                        ::should_work_as_its_usage_shows_and_its_test_lists,
                "must begin with its name, but `yours:1` does not");
        expectFailure(
                RIGHT.described("mine", "rank 1", Map.of("mine,rank=1", "rank 1"))
                        ::should_work_as_its_usage_shows_and_its_test_lists,
                "must be accepted, but was refused: strategy `mine,rank=1`: unknown option `rank`");
    }

    @Test
    void should_find_a_call_that_refuses_every_network() {
        RankSelector refusing = weights -> {
            throw new InvalidInputException("the weights are too small");
        };

        expectFailure(
                Mistaken.choosing(refusing)::should_work_as_its_usage_shows_and_its_test_lists, "`mine` refuses all");
    }

    @Test
    void should_find_a_refusal_that_is_not_one_sentence() {
        RankSelector refusing = weights -> {
            throw new InvalidInputException("the weights\nare too small");
        };

        expectFailure(
                Mistaken.choosing(refusing)::should_choose_a_rank_that_each_weight_has_or_keep_it_with_a_reason,
                "A refusal must be one sentence on one line");
    }

    @Test
    void should_find_a_rank_that_the_weight_does_not_have() {
        expectFailure(
                Mistaken.choosingEach(weight -> new RankChoice.Truncate(weight.smallerSide() / 2))
                        ::should_choose_a_rank_that_each_weight_has_or_keep_it_with_a_reason,
                "A rank must be from 1 to the weight's smaller side",
                "`mine` chose 0 for weight `w` [1×9] in one row");
        expectFailure(
                Mistaken.choosingEach(weight -> new RankChoice.Truncate(2))
                        ::should_choose_a_rank_that_each_weight_has_or_keep_it_with_a_reason,
                "`mine` chose 2 for weight `w` [1×9] in one row");
    }

    @Test
    void should_find_a_reason_that_says_nothing() {
        for (String reason : List.of("", "Kept.", "two\nlines")) {
            expectFailure(
                    Mistaken.choosingEach(weight -> new RankChoice.Keep(reason))
                            ::should_choose_a_rank_that_each_weight_has_or_keep_it_with_a_reason,
                    "The reason for leaving a weight unchanged must be one line, without a full stop");
        }
    }

    @Test
    void should_find_that_choices_are_missing() {
        expectFailure(
                Mistaken.choosing(weights -> new RankPlan(List.of(new RankChoice.Truncate(1))))
                        ::should_choose_a_rank_that_each_weight_has_or_keep_it_with_a_reason,
                "A strategy must make one choice for each weight, in their order");
    }

    @Test
    void should_find_an_exception_on_an_edge() {
        expectFailure(
                Mistaken.choosingEach(weight ->
                        new RankChoice.Truncate((int) weight.spectrum().sigma(2)))
                        ::should_choose_a_rank_that_each_weight_has_or_keep_it_with_a_reason,
                "A strategy must answer for every network",
                "ArrayIndexOutOfBoundsException");
    }

    @Test
    void should_find_that_a_network_without_weights_is_refused() {
        RankSelector refusing = weights -> {
            if (weights.isEmpty()) {
                throw new InvalidInputException("there are no weights");
            }
            return RankPlan.each(weights, weight -> new RankChoice.Truncate(1));
        };

        expectFailure(
                Mistaken.choosing(refusing)::should_choose_nothing_for_a_network_without_linear_weights,
                "A network without linear weights is valid");
    }

    @Test
    void should_find_a_state_that_is_kept_from_one_time_to_the_next() {
        AtomicInteger asked = new AtomicInteger();

        expectFailure(
                Mistaken.choosingEach(weight -> asked.incrementAndGet() % 2 == 0
                        ? new RankChoice.Truncate(1)
                        : new RankChoice.Keep("it is odd"))::should_choose_the_same_every_time,
                "asked twice must answer the same");
    }

    /** The first weight out of a hash map of weights, whose order is another for every copy of a network. */
    @Test
    void should_find_an_order_of_hashes() {
        RankSelector hashing = weights -> {
            Map<LinearWeight, RankChoice> choices = new HashMap<>();
            weights.forEach(weight -> choices.put(weight.weight(), new RankChoice.Truncate(1)));
            choices.keySet().stream()
                    .findFirst()
                    .ifPresent(weight -> choices.put(weight, new RankChoice.Keep("it comes first")));
            return new RankPlan(weights.stream()
                    .map(weight -> choices.getOrDefault(weight.weight(), new RankChoice.Truncate(1)))
                    .toList());
        };

        expectFailure(
                Mistaken.choosing(hashing)::should_choose_the_same_every_time,
                "The same numbers in other objects must get the same choices");
    }

    @Test
    void should_find_choices_in_an_order_that_is_not_that_of_the_weights() {
        RankSelector sorting = weights -> {
            List<WeightSpectrum> sorted = new ArrayList<>(weights);
            sorted.sort(Comparator.comparing(weight -> weight.spectrum().sigma(1)));
            return RankPlan.each(
                    sorted, weight -> new RankChoice.Truncate(weight.spectrum().rankAtEnergy(0.5)));
        };

        expectFailure(
                Mistaken.choosing(sorting)::should_choose_for_each_weight_in_its_place,
                "Choices must be in the order of the weights",
                "override usesPosition()");
    }

    @Test
    void should_find_a_tolerance_that_is_not_relative() {
        expectFailure(
                Mistaken.choosingEach(weight ->
                        new RankChoice.Truncate(Math.max(1, weight.spectrum().countAbove(0.01))))
                        ::should_choose_the_same_for_huge_and_tiny_numbers,
                "with all its numbers multiplied",
                "override usesScale()");
    }

    @Test
    void should_find_that_one_weight_is_chosen_for_otherwise_than_all() {
        WeightRankSelector two = new WeightRankSelector() {
            @Override
            public RankChoice choose(WeightSpectrum weight) {
                return new RankChoice.Truncate(1);
            }

            @Override
            public RankPlan select(List<WeightSpectrum> weights) {
                return RankPlan.each(weights, weight -> new RankChoice.Truncate(weight.smallerSide()));
            }
        };

        expectFailure(
                Mistaken.choosing(two)::should_choose_by_itself_what_it_chooses_among_others,
                "must choose the same, in whatever order it is asked");
    }

    @Test
    void should_find_that_a_weight_is_settled_that_would_be_replaced() {
        WeightRankSelector hasty = new WeightRankSelector() {
            @Override
            public RankChoice choose(WeightSpectrum weight) {
                return new RankChoice.Truncate(1);
            }

            @Override
            public Optional<RankChoice.Keep> settle(LinearWeight weight, EnergyMoments moments) {
                return Optional.of(new RankChoice.Keep("it is not worth a look"));
            }
        };

        expectFailure(
                Mistaken.choosing(hasty)::should_settle_only_what_stays_as_it_is,
                "must be one that would stay unchanged",
                "and would replace it");
    }

    @Test
    void should_find_that_unknown_options_are_accepted() {
        expectFailure(
                RIGHT.creating(arguments -> weights -> new RankPlan(List.of()))
                        ::should_refuse_options_that_it_does_not_have,
                "An unknown option must be refused",
                "`mine,no-such-option=1`");
    }

    @Test
    void should_find_a_value_that_is_parsed_without_care() {
        expectFailure(
                RIGHT.creating(arguments -> {
                    int rank = arguments.value().map(Integer::parseInt).orElse(1);
                    return weights -> RankPlan.each(weights, weight -> new RankChoice.Truncate(rank));
                })::should_work_with_or_refuse_whatever_value_it_is_given,
                "A rank must be from 1 to the weight's smaller side, but `mine:0` chose 0");
        expectFailure(
                RIGHT.creating(arguments -> {
                    int least =
                            Math.max(1, arguments.value().map(Integer::parseInt).orElse(1));
                    return weights -> RankPlan.each(
                            weights, weight -> new RankChoice.Truncate(Math.min(least, weight.smallerSide())));
                })::should_work_with_or_refuse_whatever_value_it_is_given,
                "must be refused with an InvalidInputException, but `mine:0.5` threw: java.lang.NumberFormatException");
    }

    @Test
    void should_find_that_a_larger_budget_leaves_fewer_parameters() {
        expectFailure(
                RIGHT.creating(arguments -> {
                    double share = 1.05 - arguments.number(0, 1);
                    return weights -> RankPlan.each(
                            weights,
                            weight -> new RankChoice.Truncate(Math.max(1, (int) (share * weight.smallerSide() / 4))));
                })::should_keep_no_less_for_a_larger_budget,
                "A larger budget must leave at least as many parameters, but `mine:0.",
                "` leaves fewer than `mine:0.");
    }

    /** All on one weight, instead of a little on each. */
    @Test
    void should_find_that_a_larger_budget_keeps_less_energy() {
        expectFailure(
                RIGHT.creating(arguments -> {
                    boolean onOne = arguments.number(0, 1) > 0.5;
                    return weights -> RankPlan.each(weights, weight -> {
                        if (!onOne) {
                            return new RankChoice.Truncate(5);
                        }
                        return weight.weight().name().equals("wide")
                                ? new RankChoice.Keep("it is wide")
                                : new RankChoice.Truncate(1);
                    });
                })::should_keep_no_less_for_a_larger_budget,
                "With a larger budget at least as much energy must remain, but with `mine:0.55` less remains than with `mine:0.5`");
    }
}
