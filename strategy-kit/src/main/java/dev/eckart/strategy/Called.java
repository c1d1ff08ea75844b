package dev.eckart.strategy;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.rank.RankChoice;
import dev.eckart.core.rank.RankSelector;
import dev.eckart.core.rank.RankSelectorProvider;
import dev.eckart.core.rank.StrategyArguments;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** A strategy as it is called on the command line, put to networks as the engine does it. */
record Called(String call, RankSelector selector) {

    /** One that must be accepted. */
    static Called of(RankSelectorProvider provider, String call) {
        try {
            return new Called(call, provider.create(StrategyArguments.parse(call)));
        } catch (InvalidInputException e) {
            throw new AssertionError(
                    "A call in the strategy's usage or in its test must be accepted, but was refused: "
                            + e.getMessage(),
                    e);
        }
    }

    /** One that the strategy may refuse, but in no other way than users are told of. */
    static Optional<Called> ifAccepted(RankSelectorProvider provider, String call) {
        try {
            return Optional.of(new Called(call, provider.create(StrategyArguments.parse(call))));
        } catch (InvalidInputException e) {
            expectSentence("of call `%s`".formatted(call), e);
            return Optional.empty();
        } catch (RuntimeException e) {
            throw new AssertionError(
                    "Arguments that a strategy cannot use must be refused with an InvalidInputException, but `%s` threw: %s"
                            .formatted(call, e),
                    e);
        }
    }

    private static void expectSentence(String what, InvalidInputException refusal) {
        String message = String.valueOf(refusal.getMessage());
        if (message.isBlank() || message.contains("\n")) {
            throw new AssertionError(
                    "A refusal must be one sentence on one line, but the refusal %s was: %s".formatted(what, message),
                    refusal);
        }
    }

    /**
     * What it chooses for the weights of a network, each choice a feasible one; nothing where it refuses the network,
     * in a sentence.
     */
    Optional<List<RankChoice>> choose(SampleNetwork network) {
        List<RankChoice> choices;
        try {
            choices = answered(network, () -> {
                selector.require(
                        network.weights().stream().map(WeightSpectrum::weight).toList());
                return selector.select(network.weights()).choices();
            });
        } catch (InvalidInputException e) {
            expectSentence("by `%s` of %s".formatted(call, network.description()), e);
            return Optional.empty();
        }
        expectFeasible(network, choices);
        return Optional.of(choices);
    }

    /** What the strategy answers; that it throws is a failure, unless it is bad input that it refuses. */
    <R> R answered(SampleNetwork network, Supplier<R> answer) {
        try {
            return answer.get();
        } catch (InvalidInputException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new AssertionError(
                    "A strategy must answer for every network, but `%s` threw %s for %s"
                            .formatted(call, e, network.description()),
                    e);
        }
    }

    private void expectFeasible(SampleNetwork network, List<RankChoice> choices) {
        List<WeightSpectrum> weights = network.weights();
        if (choices.size() != weights.size()) {
            throw new AssertionError(
                    "A strategy must make one choice for each weight, in their order, but `%s` made %d choices for the %d weights of %s"
                            .formatted(call, choices.size(), weights.size(), network.description()));
        }
        for (int i = 0; i < choices.size(); i++) {
            expectFeasible(network, weights.get(i), choices.get(i));
        }
    }

    void expectFeasible(SampleNetwork network, WeightSpectrum weight, RankChoice choice) {
        String where = "for %s in %s".formatted(weight.weight().describe(), network.description());
        if (choice instanceof RankChoice.Truncate truncate
                && (truncate.rank() < 1 || truncate.rank() > weight.smallerSide())) {
            throw new AssertionError("A rank must be from 1 to the weight's smaller side, but `%s` chose %d %s"
                    .formatted(call, truncate.rank(), where));
        }
        if (choice instanceof RankChoice.Keep keep
                && (keep.because().isBlank()
                        || keep.because().contains("\n")
                        || keep.because().endsWith("."))) {
            throw new AssertionError(
                    "The reason for leaving a weight unchanged must be one line, without a full stop, but `%s` says `%s` %s"
                            .formatted(call, keep.because(), where));
        }
    }
}
