package dev.eckart.strategy;

import dev.eckart.core.encode.BitsEncoding;
import dev.eckart.core.encode.Draft;
import dev.eckart.core.encode.Encoding;
import dev.eckart.core.encode.EncodingProvider;
import dev.eckart.core.encode.Offer;
import dev.eckart.core.encode.WeightView;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.StrategyArguments;
import dev.eckart.core.stored.Stored;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Codes of 8 bits, right but for what a test gets wrong on purpose, and their author's test. */
record MistakenEncoding(Function<StrategyArguments, Encoding> creation)
        implements EncodingProvider, EncodingConformance {
    static final String NAME = "mine";

    static MistakenEncoding of(Encoding encoding) {
        return new MistakenEncoding(arguments -> {
            arguments.withoutValue().allowing();
            return encoding;
        });
    }

    /** One whose offers a test changes. */
    static MistakenEncoding offering(BiFunction<Offer, WeightView, Changed> mistake) {
        return of(new Mine() {
            @Override
            public Draft draft(WeightView view) {
                Offer right = right(view);
                return () -> List.of(mistake.apply(right, view));
            }
        });
    }

    static Offer right(WeightView view) {
        return new BitsEncoding(8).draft(view).offers().get(0);
    }

    /** Without a mistake. */
    static class Mine implements Encoding {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Draft draft(WeightView view) {
            return () -> List.of(right(view));
        }

        @Override
        public Optional<String> obstacle(LinearWeight weight) {
            return Optional.empty();
        }
    }

    /** What an offer says, and what it builds. */
    record Changed(
            String variant, Stored outline, long bytes, double loss, Optional<MatrixSource> biasShift, Stored build)
            implements Offer {

        static Changed of(Offer offer) {
            return new Changed(
                    offer.variant(), offer.outline(), offer.bytes(), offer.loss(), offer.biasShift(), offer.build());
        }

        Changed saying(long otherBytes, double otherLoss) {
            return new Changed(variant, outline, otherBytes, otherLoss, biasShift, build);
        }

        Changed shifting(Optional<MatrixSource> other) {
            return new Changed(variant, outline, bytes, loss, other, build);
        }

        Changed building(Stored other) {
            return new Changed(variant, outline, bytes, loss, biasShift, other);
        }

        Changed outlined(Stored other) {
            return new Changed(variant, other, bytes, loss, biasShift, build);
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String summary() {
        return "codes of 8 bits";
    }

    @Override
    public Map<String, String> usage() {
        return Map.of(NAME, "8 bits");
    }

    @Override
    public Encoding create(StrategyArguments arguments) {
        return creation.apply(arguments);
    }

    @Override
    public EncodingProvider provider() {
        return this;
    }

    @Override
    public List<String> calls() {
        return List.of(NAME);
    }
}
