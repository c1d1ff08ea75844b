package dev.eckart.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.encode.Encoding;
import dev.eckart.core.encode.EncodingProvider;
import dev.eckart.core.encode.Encodings;
import dev.eckart.core.encode.RankedEncoding;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.plugin.Kind;
import dev.eckart.core.rank.StrategyArguments;
import dev.eckart.core.stored.Product;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The rules that every encoding keeps, as tests: an encoding's test class implements this, and adds what is special about it.
 *
 * <pre>{@code
 * class ClippedTest implements EncodingConformance {
 *     public EncodingProvider provider() { return new Clipped(); }
 *     public List<String> calls() { return List.of("clipped:8", "clipped:4"); }
 * }
 * }</pre>
 *
 * <p>The message of a test that fails says the rule, the call and the weight. A {@link RankedEncoding} is tried at the lowest, a
 * middle and the highest rank of each weight.
 */
public interface EncodingConformance {
    /** What rounding to float32 and sums in another order may change, relative to the weight. */
    double ROUNDING = 1e-6;

    /** A new provider of the encoding, as the engine makes one. */
    EncodingProvider provider();

    /**
     * The encoding in several settings, as the user would write them after {@code --encoding}. Each must serve weights of
     * 32 × 20 and more in float32 or float16.
     */
    List<String> calls();

    @Test
    default void should_be_found_by_the_engine() {
        EncodingProvider provider = provider();
        Class<?> type = provider.getClass();

        assertThat(Encodings.load(type.getClassLoader()).all())
                .as(
                        "An encoding is found by its service file: META-INF/services/%s must name %s",
                        EncodingProvider.class.getName(), type.getName())
                .anyMatch(found -> found.getClass().equals(type));
    }

    @Test
    default void should_have_a_name_that_can_be_typed_and_a_line_on_what_it_does() {
        Described.expect(provider(), "[a-z0-9-]+", "lower-case letters, digits and hyphens");
    }

    @Test
    default void should_work_as_its_usage_shows_and_its_test_lists() {
        assertThat(calls())
                .as("The test of an encoding must list at least one call")
                .isNotEmpty();
        List<String> calls = new ArrayList<>(calls());
        calls.addAll(new TreeMap<>(provider().usage()).keySet());
        for (String call : calls) {
            assertThat(StrategyArguments.parse(Kind.ENCODING, call).name())
                    .as("A call of an encoding must begin with its name, but `%s` does not", call)
                    .isEqualTo(provider().name());
            CalledEncoding called = CalledEncoding.of(provider(), call);
            assertThat(SampleWeight.ordinary())
                    .as(
                            "A call in the usage or the test must serve an ordinary weight, but `%s` offers nothing for any",
                            call)
                    .anyMatch(sample -> !called.built(sample).isEmpty());
        }
    }

    /** A report and the compressed model say its name, and it is said again where weights are built. */
    @Test
    default void should_be_named_as_the_user_writes_it() {
        for (String call : calls()) {
            Encoding encoding = CalledEncoding.of(provider(), call).encoding();
            CalledEncoding named = CalledEncoding.of(provider(), encoding.name());

            assertThat(named.encoding().name())
                    .as(
                            "The name of an encoding must select it again, but `%s` is named `%s`, which selects another",
                            call, encoding.name())
                    .isEqualTo(encoding.name());
            for (SampleWeight sample : SampleWeight.ordinary()) {
                expectSame(
                        "The name of an encoding must select it again, but `%s` is named `%s`, which builds something else for %s"
                                .formatted(call, encoding.name(), sample),
                        CalledEncoding.of(provider(), call).built(sample),
                        named.built(sample));
            }
        }
    }

    private static void expectSame(String rule, List<BuiltSample> first, List<BuiltSample> other) {
        assertThat(other.size() == first.size()
                        && IntStream.range(0, first.size())
                                .allMatch(i -> first.get(i).isSameAs(other.get(i))))
                .as(rule)
                .isTrue();
    }

    /** For weights of every type, shape and size. */
    @Test
    default void should_have_an_obstacle_where_it_cannot_serve() {
        for (String call : calls()) {
            CalledEncoding called = CalledEncoding.of(provider(), call);
            for (SampleWeight sample : SampleWeight.all()) {
                called.built(sample);
            }
        }
    }

    @Test
    default void should_build_what_it_offers() {
        for (String call : calls()) {
            CalledEncoding called = CalledEncoding.of(provider(), call);
            for (SampleWeight sample : SampleWeight.all()) {
                List<BuiltSample> all = called.built(sample);
                assertThat(all.stream().map(BuiltSample::variant).distinct().count())
                        .as(
                                "The variants of a weight must have different names, but `%s` repeats one for %s",
                                call, sample)
                        .isEqualTo(all.size());
                for (BuiltSample built : all) {
                    assertThat(built.offered().bytes())
                            .as("The bytes offered must be those of the form built, but are not with %s", built.where())
                            .isEqualTo(built.form().bytes());
                    assertThat(built.outline().bytes())
                            .as(
                                    "The outline's bytes must be those of the form built, but are not with %s",
                                    built.where())
                            .isEqualTo(built.form().bytes());
                    assertThat(built.outline().text())
                            .as("The outline must say what is built, but does not with %s", built.where())
                            .isEqualTo(built.form().text());
                    assertThat(built.outline().numbers())
                            .as("The outline must have as many numbers as the form, but has not with %s", built.where())
                            .isEqualTo(built.form().numbers());
                    assertThat(built.form() instanceof Product)
                            .as(
                                    "isOfProducts() must say whether the form is a product of two factors, but says %s of %s with %s",
                                    called.encoding().isOfProducts(),
                                    built.form().text(),
                                    built.where())
                            .isEqualTo(called.encoding().isOfProducts());
                }
            }
        }
    }

    @Test
    default void should_build_nothing_but_numbers_that_can_be_stored() {
        for (String call : calls()) {
            CalledEncoding called = CalledEncoding.of(provider(), call);
            for (SampleWeight sample : SampleWeight.all()) {
                for (BuiltSample built : called.built(sample)) {
                    assertThat(built.codeOutOfRange())
                            .as("Codes must be in the range of their bits, but one is not with %s", built.where())
                            .isEmpty();
                    assertThat(built.numberBeyond(sample.weight().type()))
                            .as(
                                    "Every number of the form must be finite, and one that %s holds, but one is not with %s",
                                    sample.weight().type().label(), built.where())
                            .isEmpty();
                }
            }
        }
    }

    @Test
    default void should_lose_what_it_says() {
        for (String call : calls()) {
            CalledEncoding called = CalledEncoding.of(provider(), call);
            for (SampleWeight sample : SampleWeight.all()) {
                for (BuiltSample built : called.built(sample)) {
                    double loss = built.offered().loss();
                    assertThat(loss)
                            .as("A loss must be a finite number from 0, but is not with %s", built.where())
                            .isFinite()
                            .isNotNegative();
                    assertThat(Math.sqrt(loss))
                            .as(
                                    "The root of the loss offered must be the relative error ‖Lᵀ(W − W')‖ / ‖LᵀW‖ that is measured, but is not with %s",
                                    built.where())
                            .isCloseTo(sample.relativeError(built.dense()), within(ROUNDING + built.rounding()));
                }
            }
        }
    }

    @Test
    default void should_make_up_for_what_is_lost_of_the_mean() {
        for (String call : calls()) {
            CalledEncoding called = CalledEncoding.of(provider(), call);
            for (SampleWeight sample : SampleWeight.all()) {
                for (BuiltSample built : called.built(sample)) {
                    Matrix expected = sample.meanLoss(built.dense());
                    Matrix shift = built.offered()
                            .biasShift()
                            .orElse(Matrix.of(1, expected.columns(), new double[expected.columns()]));
                    assertThat(shift.minus(expected).frobeniusNorm())
                            .as(
                                    "The shift of the bias must be μ·(W − W'), of norm %s, and absent where that is zero, but is off it with %s",
                                    expected.frobeniusNorm(), built.where())
                            .isLessThanOrEqualTo(ROUNDING * sample.meanScale());
                }
            }
        }
    }

    @Test
    default void should_offer_and_build_the_same_every_time() {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            for (String call : calls()) {
                CalledEncoding called = CalledEncoding.of(provider(), call);
                List<SampleWeight> samples = SampleWeight.all();
                List<SampleWeight> copies = SampleWeight.all();
                for (int i = 0; i < samples.size(); i++) {
                    SampleWeight sample = samples.get(i);
                    SampleWeight copy = copies.get(i);
                    List<BuiltSample> first = called.built(sample);

                    expectSame(
                            "An encoding that is asked twice must offer and build the same, but `%s` does not for %s"
                                    .formatted(call, sample),
                            first,
                            called.built(sample));
                    expectSame(
                            "The same numbers in other objects must get the same form from another instance, but `%s` differs for %s"
                                    .formatted(call, sample),
                            first,
                            CalledEncoding.of(provider(), call).built(copy));
                    List<CompletableFuture<List<BuiltSample>>> others = IntStream.range(0, 3)
                            .mapToObj(unused -> CompletableFuture.supplyAsync(() -> called.built(copy), threads))
                            .toList();
                    for (CompletableFuture<List<BuiltSample>> other : others) {
                        expectSame(
                                "An encoding that is asked by several threads at once must offer and build the same, but `%s` does not for %s"
                                        .formatted(call, sample),
                                first,
                                joined(other));
                    }
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<BuiltSample> joined(CompletableFuture<List<BuiltSample>> other) {
        try {
            return other.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof AssertionError failure) {
                throw failure;
            }
            throw e;
        }
    }

    @Test
    default void should_take_more_bytes_and_lose_no_more_with_a_higher_rank() {
        for (String call : calls()) {
            CalledEncoding called = CalledEncoding.of(provider(), call);
            if (!(called.encoding() instanceof RankedEncoding)) {
                continue;
            }
            for (SampleWeight sample : SampleWeight.all()) {
                called.expectBytesThatRise(sample);
                double last = Double.POSITIVE_INFINITY;
                for (BuiltSample built : called.built(sample)) {
                    double rounding = ROUNDING + built.rounding() * built.rounding() + built.codesLoss();
                    assertThat(built.offered().loss())
                            .as("A higher rank must lose no more, but for rounding, but does with %s", built.where())
                            .isLessThanOrEqualTo(last + rounding);
                    last = built.offered().loss();
                }
            }
        }
    }

    @Test
    default void should_refuse_options_that_it_does_not_have() {
        for (String call : calls()) {
            String wrong = call + ",no-such-option=1";
            StrategyArguments arguments = StrategyArguments.parse(Kind.ENCODING, wrong);

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
            for (String variant : Variants.of(StrategyArguments.parse(Kind.ENCODING, call))) {
                CalledEncoding.ifAccepted(provider(), variant)
                        .ifPresent(called -> SampleWeight.ordinary().forEach(called::built));
            }
        }
    }
}
