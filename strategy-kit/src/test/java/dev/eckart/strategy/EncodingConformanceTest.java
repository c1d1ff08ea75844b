package dev.eckart.strategy;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eckart.core.encode.BitsEncoding;
import dev.eckart.core.encode.Draft;
import dev.eckart.core.encode.LowRank;
import dev.eckart.core.encode.Offer;
import dev.eckart.core.encode.PairEncoding;
import dev.eckart.core.encode.RankedDraft;
import dev.eckart.core.encode.RankedEncoding;
import dev.eckart.core.encode.WeightView;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.stored.Blocks;
import dev.eckart.core.stored.Codes;
import dev.eckart.core.stored.Dense;
import dev.eckart.core.stored.Stored;
import dev.eckart.strategy.MistakenEncoding.Changed;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Each mistake is found, and the message says which rule it is against, with which call and weight. */
class EncodingConformanceTest {

    private static void expectFailure(ThrowingCallable rule, String... words) {
        assertThatExceptionOfType(AssertionError.class).isThrownBy(rule).withMessageContainingAll(words);
    }

    @Test
    void should_find_no_mistake_where_there_is_none() {
        MistakenEncoding right = MistakenEncoding.offering((offer, view) -> Changed.of(offer));

        right.should_have_a_name_that_can_be_typed_and_a_line_on_what_it_does();
        right.should_work_as_its_usage_shows_and_its_test_lists();
        right.should_be_named_as_the_user_writes_it();
        right.should_have_an_obstacle_where_it_cannot_serve();
        right.should_build_what_it_offers();
        right.should_build_nothing_but_numbers_that_can_be_stored();
        right.should_lose_what_it_says();
        right.should_make_up_for_what_is_lost_of_the_mean();
        right.should_offer_and_build_the_same_every_time();
        right.should_take_more_bytes_and_lose_no_more_with_a_higher_rank();
        right.should_refuse_options_that_it_does_not_have();
        right.should_work_with_or_refuse_whatever_value_it_is_given();
    }

    @Test
    void should_find_that_no_service_file_names_it() {
        expectFailure(
                MistakenEncoding.of(new BitsEncoding(8))::should_be_found_by_the_engine,
                "META-INF/services/dev.eckart.core.encode.EncodingProvider must name dev.eckart.strategy.MistakenEncoding");
    }

    @Test
    void should_find_a_name_that_is_not_the_one_the_user_wrote() {
        expectFailure(
                MistakenEncoding.of(new MistakenEncoding.Mine() {
                    @Override
                    public String name() {
                        return "mine:8";
                    }
                })::should_be_named_as_the_user_writes_it,
                "must be accepted, but `mine:8` was refused");
    }

    @Test
    void should_find_bytes_that_are_not_those_of_the_form() {
        expectFailure(
                MistakenEncoding.offering((offer, view) -> Changed.of(offer).saying(offer.bytes() / 2, offer.loss()))
                        ::should_build_what_it_offers,
                "The bytes offered must be those of the form built",
                "with `mine` (bits:8) for weight `w` [48×40] in float32, of normal numbers");
        expectFailure(
                MistakenEncoding.offering((offer, view) -> Changed.of(offer)
                        .outlined(
                                new BitsEncoding(4).draft(view).offers().get(0).outline()))
                        ::should_build_what_it_offers,
                "The outline's bytes must be those of the form built");
    }

    @Test
    void should_find_a_loss_that_is_not_the_one_measured() {
        expectFailure(
                MistakenEncoding.offering((offer, view) -> Changed.of(offer).saying(offer.bytes(), offer.loss() / 2))
                        ::should_lose_what_it_says,
                "The root of the loss offered must be the relative error",
                "with `mine` (bits:8) for weight `w` [48×40]");
        expectFailure(
                MistakenEncoding.offering((offer, view) -> Changed.of(offer).saying(offer.bytes(), Double.NaN))
                        ::should_lose_what_it_says,
                "A loss must be a finite number from 0");
    }

    /** The loss of the weight itself where it should be that of the layer's outputs. */
    @Test
    void should_find_a_loss_without_the_inputs() {
        expectFailure(
                MistakenEncoding.of(new MistakenEncoding.Mine() {
                    @Override
                    public Draft draft(WeightView view) {
                        return new BitsEncoding(8).draft(new WeightView(view.weight()));
                    }
                })::should_lose_what_it_says,
                "The root of the loss offered must be the relative error",
                "on correlated inputs");
    }

    @Test
    void should_find_a_shift_that_is_missing_or_wrong() {
        expectFailure(
                MistakenEncoding.offering((offer, view) -> Changed.of(offer).shifting(Optional.empty()))
                        ::should_make_up_for_what_is_lost_of_the_mean,
                "The shift of the bias must be μ·(W − W')",
                "on correlated inputs");
        expectFailure(
                MistakenEncoding.offering(
                                (offer, view) -> Changed.of(offer).shifting(Optional.of(MatrixSource.zeros(2, 2))))
                        ::should_make_up_for_what_is_lost_of_the_mean,
                "must have the shape [1×40], but has [2×2]");
    }

    @Test
    void should_find_another_shape() {
        expectFailure(
                MistakenEncoding.offering((offer, view) ->
                        Changed.of(offer).building(Blocks.zeros(2, 3, 8, 2, ElementType.FLOAT32)))
                        ::should_build_what_it_offers,
                "The form must have the weight's shape [48×40], but has [2×3]");
    }

    @Test
    void should_find_numbers_that_are_none() {
        expectFailure(
                scaled(Double.NaN)::should_build_nothing_but_numbers_that_can_be_stored,
                "Every number of the form must be finite",
                "NaN at [0, ");
        expectFailure(
                scaled(1e300)::should_build_nothing_but_numbers_that_can_be_stored,
                "Every number of the form must be finite",
                "Infinity at [0, ");
    }

    private static MistakenEncoding scaled(double scale) {
        return MistakenEncoding.offering((offer, view) -> {
            Blocks right = (Blocks) offer.build();
            double[] scales = new double[right.columns()];
            Arrays.fill(scales, scale);
            return Changed.of(offer)
                    .building(new Blocks(
                            right.codes(),
                            right.bits(),
                            right.blockSize(),
                            Matrix.of(1, right.columns(), scales),
                            right.type()));
        });
    }

    @Test
    void should_find_codes_that_their_bits_do_not_hold() {
        expectFailure(
                MistakenEncoding.offering((offer, view) -> {
                    LinearWeight weight = view.weight();
                    byte[] codes = new byte[weight.rows() * weight.columns()];
                    codes[1] = 8;
                    return Changed.of(offer)
                            .building(new Blocks(
                                    Codes.wrap(weight.rows(), weight.columns(), codes),
                                    4,
                                    weight.rows(),
                                    MatrixSource.zeros(1, weight.columns()),
                                    weight.type()));
                })::should_build_nothing_but_numbers_that_can_be_stored,
                "8 at [0, 1], where 4 bits hold -8 to 7");
    }

    @Test
    void should_find_what_differs_from_one_time_to_the_next() {
        AtomicInteger asked = new AtomicInteger();

        expectFailure(
                MistakenEncoding.offering((offer, view) -> asked.incrementAndGet() % 2 == 0
                        ? Changed.of(offer)
                        : Changed.of(offer).building(offer.outline()))::should_offer_and_build_the_same_every_time,
                "asked twice must offer and build the same, but `mine` does not for weight `w`");
    }

    /** Right in one thread only. */
    @Test
    void should_find_what_threads_share() {
        ThreadLocal<Boolean> first = ThreadLocal.withInitial(() -> false);
        first.set(true);

        expectFailure(
                MistakenEncoding.offering((offer, view) ->
                        first.get() ? Changed.of(offer) : Changed.of(offer).building(offer.outline()))
                        ::should_offer_and_build_the_same_every_time,
                "asked by several threads at once must offer and build the same");
    }

    @Test
    void should_find_an_exception_in_the_place_of_an_obstacle() {
        expectFailure(
                MistakenEncoding.offering((offer, view) -> {
                    if (view.weight().type() != ElementType.FLOAT32) {
                        throw new IllegalStateException("float32 only");
                    }
                    return Changed.of(offer);
                })::should_have_an_obstacle_where_it_cannot_serve,
                "An encoding must serve every weight that it has no obstacle to",
                "IllegalStateException: float32 only",
                "weight `w` [36×50] in float16");
    }

    @Test
    void should_find_an_obstacle_that_says_nothing_and_one_to_everything() {
        expectFailure(
                hindered("Not for this.")::should_have_an_obstacle_where_it_cannot_serve,
                "An obstacle must be one line, without a full stop");
        expectFailure(
                hindered("it is not for this")::should_work_as_its_usage_shows_and_its_test_lists,
                "`mine` offers nothing for any");
    }

    private static MistakenEncoding hindered(String obstacle) {
        return MistakenEncoding.of(new MistakenEncoding.Mine() {
            @Override
            public Optional<String> obstacle(LinearWeight weight) {
                return Optional.of(obstacle);
            }
        });
    }

    @Test
    void should_find_a_product_that_is_not_said_to_be_one() {
        expectFailure(
                MistakenEncoding.offering((offer, view) -> {
                    LinearWeight weight = view.weight();
                    Stored pair = new PairEncoding(FactorPair.Balance.AUTO).outline(weight, 1);
                    return Changed.of(offer).outlined(pair).building(pair).saying(pair.bytes(), 1);
                })::should_build_what_it_offers,
                "isOfProducts() must say whether the form is a product of two factors, but says false of product(dense, dense)");
    }

    /** A pair whose rank is chosen the wrong way round. */
    @Test
    void should_find_a_rank_that_loses_more_than_a_lower_one() {
        PairEncoding pair = new PairEncoding(FactorPair.Balance.AUTO);

        expectFailure(
                MistakenEncoding.of(new Ranked(pair) {
                    @Override
                    Offer offer(RankedDraft draft, int rank) {
                        return Changed.of(draft.offer(rank))
                                .saying(draft.offer(rank).bytes(), rank / 100.0);
                    }
                })::should_take_more_bytes_and_lose_no_more_with_a_higher_rank,
                "A higher rank must lose no more",
                "(rank 20)");
        expectFailure(
                MistakenEncoding.of(new Ranked(pair) {
                    @Override
                    Offer offer(RankedDraft draft, int rank) {
                        return draft.offer(draft.lowRank().spectrum().smallerSide() + 1 - rank);
                    }
                })::should_build_what_it_offers,
                "An offer's outline must be the encoding's outline of the rank");
        expectFailure(
                MistakenEncoding.of(new Ranked(pair) {
                    @Override
                    public Stored outline(LinearWeight weight, int rank) {
                        return Dense.zeros(weight.rows(), weight.columns(), weight.type());
                    }
                })::should_take_more_bytes_and_lose_no_more_with_a_higher_rank,
                "The bytes of a form must rise with its rank, but with `mine` rank 1 has");
    }

    private abstract static class Ranked implements RankedEncoding {
        private final PairEncoding pair;

        Ranked(PairEncoding pair) {
            this.pair = pair;
        }

        Offer offer(RankedDraft draft, int rank) {
            return draft.offer(rank);
        }

        @Override
        public String name() {
            return MistakenEncoding.NAME;
        }

        @Override
        public boolean isOfProducts() {
            return true;
        }

        @Override
        public Stored outline(LinearWeight weight, int rank) {
            return pair.outline(weight, rank);
        }

        @Override
        public RankedDraft draft(WeightView view) {
            RankedDraft draft = pair.draft(view);
            return new RankedDraft() {
                @Override
                public LowRank lowRank() {
                    return draft.lowRank();
                }

                @Override
                public Offer offer(int rank) {
                    return Ranked.this.offer(draft, rank);
                }
            };
        }
    }
}
