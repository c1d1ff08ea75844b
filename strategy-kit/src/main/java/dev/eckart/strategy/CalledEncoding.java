package dev.eckart.strategy;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.encode.Draft;
import dev.eckart.core.encode.Encoding;
import dev.eckart.core.encode.EncodingProvider;
import dev.eckart.core.encode.Offer;
import dev.eckart.core.encode.RankedDraft;
import dev.eckart.core.encode.RankedEncoding;
import dev.eckart.core.encode.WeightView;
import dev.eckart.core.plugin.Kind;
import dev.eckart.core.rank.StrategyArguments;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An encoding as it is called on the command line, put to weights as the engine does it. */
record CalledEncoding(String call, Encoding encoding) {

    /** One that must be accepted. */
    static CalledEncoding of(EncodingProvider provider, String call) {
        try {
            return new CalledEncoding(call, provider.create(StrategyArguments.parse(Kind.ENCODING, call)));
        } catch (InvalidInputException e) {
            throw new AssertionError(
                    "A call in the encoding's usage, in its test or in its reports must be accepted, but `%s` was refused: %s"
                            .formatted(call, e.getMessage()),
                    e);
        }
    }

    /** One that the encoding may refuse, but in no other way than users are told of. */
    static Optional<CalledEncoding> ifAccepted(EncodingProvider provider, String call) {
        try {
            return Optional.of(new CalledEncoding(call, provider.create(StrategyArguments.parse(Kind.ENCODING, call))));
        } catch (InvalidInputException e) {
            String message = String.valueOf(e.getMessage());
            if (message.isBlank() || message.contains("\n")) {
                throw new AssertionError(
                        "A refusal must be one sentence on one line, but the refusal of call `%s` was: %s"
                                .formatted(call, message),
                        e);
            }
            return Optional.empty();
        } catch (RuntimeException e) {
            throw new AssertionError(
                    "Arguments that an encoding cannot use must be refused with an InvalidInputException, but `%s` threw: %s"
                            .formatted(call, e),
                    e);
        }
    }

    /** Why it cannot serve a weight; empty if it can. */
    Optional<String> obstacle(SampleWeight sample) {
        Optional<String> obstacle = answered("obstacle", sample, () -> encoding.obstacle(sample.weight()));
        obstacle.filter(because -> because.isBlank() || because.contains("\n") || because.endsWith("."))
                .ifPresent(because -> {
                    throw new AssertionError(
                            "An obstacle must be one line, without a full stop, but `%s` says `%s` of %s"
                                    .formatted(call, because, sample));
                });
        return obstacle;
    }

    /**
     * What it offers for a weight, and builds, each form of the weight's shape; nothing where there is an obstacle. Of an
     * encoding with ranks, the lowest, a middle and the highest.
     */
    List<BuiltSample> built(SampleWeight sample) {
        if (obstacle(sample).isPresent()) {
            return List.of();
        }
        return sample.show(view -> {
            List<BuiltSample> built = new ArrayList<>();
            if (encoding instanceof RankedEncoding ranked) {
                RankedDraft draft = answered("draft", sample, () -> ranked.draft(view));
                for (int rank : ranks(sample)) {
                    Offer offer = answered("offer(%d)".formatted(rank), sample, () -> draft.offer(rank));
                    built.add(built(sample, view, OptionalInt.of(rank), offer));
                }
            } else {
                Draft draft = answered("draft", sample, () -> encoding.draft(view));
                for (Offer offer : answered("offers", sample, draft::offers)) {
                    built.add(built(sample, view, OptionalInt.empty(), offer));
                }
            }
            return built;
        });
    }

    private BuiltSample built(SampleWeight sample, WeightView view, OptionalInt rank, Offer offer) {
        return BuiltSample.of(this, sample, view, rank, offer);
    }

    private static List<Integer> ranks(SampleWeight sample) {
        int most = sample.weight().smallerSide();
        return Stream.of(1, (most + 1) / 2, most).distinct().toList();
    }

    /** How many ranks have a form that is smaller than a weight, each taking more bytes than the one before. */
    void expectBytesThatRise(SampleWeight sample) {
        if (encoding instanceof RankedEncoding ranked && obstacle(sample).isEmpty()) {
            List<Long> bytes = IntStream.rangeClosed(1, sample.weight().smallerSide() + 1)
                    .mapToObj(rank -> answered("outline", sample, () -> ranked.outline(sample.weight(), rank))
                            .bytes())
                    .toList();
            for (int i = 1; i < bytes.size(); i++) {
                if (bytes.get(i) <= bytes.get(i - 1)) {
                    throw new AssertionError(
                            "The bytes of a form must rise with its rank, but with `%s` rank %d has %d bytes and rank %d has %d for %s"
                                    .formatted(call, i, bytes.get(i - 1), i + 1, bytes.get(i), sample));
                }
            }
        }
    }

    /** What the encoding, or something that it made, answers; that it throws or has no answer is a failure. */
    <R> R answered(String question, SampleWeight sample, Supplier<R> answer) {
        @Nullable R answered;
        try {
            answered = answer.get();
        } catch (RuntimeException e) {
            throw new AssertionError(
                    "An encoding must serve every weight that it has no obstacle to, but `%s` threw %s when it was asked for %s of %s"
                            .formatted(call, e, question, sample),
                    e);
        }
        if (answered == null) {
            throw new AssertionError("An encoding must answer every question, but `%s` gave null for %s of %s"
                    .formatted(call, question, sample));
        }
        return Objects.requireNonNull(answered);
    }
}
