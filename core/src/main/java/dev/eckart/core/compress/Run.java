package dev.eckart.core.compress;

import dev.eckart.core.Progress;
import dev.eckart.core.encode.CalibratedInputs;
import dev.eckart.core.encode.Encoding;
import dev.eckart.core.encode.RankedEncoding;
import dev.eckart.core.encode.WeightView;
import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.factor.WorthwhileSaving;
import dev.eckart.core.linalg.NonFiniteValueException;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.model.SkipReason;
import dev.eckart.core.model.SkippedWeight;
import dev.eckart.core.rank.LossHull;
import dev.eckart.core.rank.RankChoice;
import dev.eckart.core.rank.RankPlan;
import dev.eckart.core.rank.RankStrategies;
import dev.eckart.core.rank.WeightRankSelector;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/** The decisions on one network's weights, stage by stage, and what is built of them. */
final class Run {
    private final WeightOpener opener;
    private final WorthwhileSaving worthwhile;
    private final Optional<Timing> timing;
    private final Workers workers;
    private final Offering offering;
    private final boolean allSpectra;
    private final Decider decider;
    private final Network<?> network;

    /** @param allSpectra whether spectra are wanted that no decision needs */
    Run(
            WeightOpener opener,
            WorthwhileSaving worthwhile,
            Optional<Timing> timing,
            Workers workers,
            Network<?> network,
            Offering offering,
            boolean allSpectra) {
        this.opener = opener;
        this.worthwhile = worthwhile;
        this.timing = timing;
        this.workers = workers;
        this.offering = offering;
        this.allSpectra = allSpectra;
        this.decider = new Decider(offering.encodings(), worthwhile, network::obstacle);
        this.network = network;
    }

    /** Decides on some stages, one after the other, each on the weights that those before it left. */
    CompressionPlan plan(List<Stage> stages) {
        CompressionPlan plan = offering.decided();
        for (Stage stage : stages) {
            Stage rest = stage.after(plan);
            plan = rest.followed(plan, timed(rest, decide(rest)));
        }
        return offering.inOrder(plan);
    }

    private CompressionPlan timed(Stage stage, CompressionPlan plan) {
        return stage.isOfProducts() && stage.ranked().isPresent()
                ? timing.map(wanted -> timed(plan, wanted)).orElse(plan)
                : plan;
    }

    private CompressionPlan timed(CompressionPlan plan, Timing wanted) {
        PairTimer timer = wanted.timer().apply(plan);
        try (Progress.Task task = workers.start("Timing pairs", plan.factored().size())) {
            // Replacements that are faster may be too few to be worth it.
            return worthwhile.of(plan.withFactored(planned -> {
                PlannedWeight timed = planned.timed(timer.time(planned), wanted.ifSlower());
                task.step(1);
                return timed;
            }));
        }
    }

    private CompressionPlan decide(Stage stage) {
        boolean each = stage.isOneByOne(offering.ranks())
                && !(allSpectra && stage.ranked().isPresent());
        if (each) {
            return decided(stage, decide(stage, false));
        }
        RankedEncoding encoding = stage.ranked().orElseThrow();
        RankStrategies.require(offering.ranks(), stage.weights().linear());
        List<Worked<WeightSpectrum>> spectra = spectra(stage, encoding);
        List<WeightSpectrum> found = Worked.results(spectra);
        RankPlan ranks = RankStrategies.select(offering.ranks(), found);
        List<SkippedWeight> skipped = Worked.skipped(spectra, stage.weights().skipped());
        boolean follows =
                found.stream().allMatch(spectrum -> encoding.loss(spectrum, 1).isPresent());
        if (follows) {
            return Decider.feasible(
                    offering.ranks(),
                    () -> CompressionPlan.of(found, ranks, encoding, skipped).withReplaced(worthwhile::of));
        }
        Decider.feasible(offering.ranks(), () -> CompressionPlan.requireOneEach(found, ranks));
        Map<String, RankChoice> chosen = new HashMap<>();
        for (int i = 0; i < found.size(); i++) {
            chosen.put(found.get(i).weight().name(), ranks.choices().get(i));
        }
        return decided(stage, ranked(stage, encoding, new GivenRanks(offering.ranks(), chosen), false));
    }

    /** What each weight is offered: by the first encoding without ranks that serves it, and by all that have ranks. */
    OfferedWeights offers() {
        OfferedWeights offered = offers(offering.withoutRanks());
        for (Stage stage : offering.ranked()) {
            offered = offered(stage, stage.ranked().orElseThrow(), offered);
        }
        return offered;
    }

    private OfferedWeights offers(Stage stage) {
        try (Pass<Worked<OfferedWeight>> pass =
                pass("Weighing forms", stage, (weight, view) -> decider.offers(stage, view))) {
            List<Worked<OfferedWeight>> worked = pass.toList();
            return new OfferedWeights(
                    Worked.results(worked),
                    Worked.skipped(worked, stage.weights().skipped()));
        }
    }

    /** With what an encoding with ranks offers beside others. */
    private OfferedWeights offered(Stage stage, RankedEncoding encoding, OfferedWeights others) {
        Map<String, LossHull> hulls = new HashMap<>();
        others.weights().forEach(weight -> hulls.put(weight.weight().name(), weight.hull()));
        Stage known = stage.among(hulls.keySet());
        try (Pass<Worked<OfferedWeight>> pass = pass(
                "Weighing ranks",
                known,
                (weight, view) -> new OfferedWeight(
                        weight, decider.offers(known, encoding, weight, view, hull(hulls, weight)), ""))) {
            List<Worked<OfferedWeight>> worked = pass.toList();
            Map<String, List<OfferedForm>> found = new HashMap<>();
            Worked.results(worked).forEach(weight -> found.put(weight.weight().name(), weight.offers()));
            return others.with(found, Worked.skipped(worked, List.of()));
        }
    }

    private static LossHull hull(Map<String, LossHull> hulls, LinearWeight weight) {
        return Optional.ofNullable(hulls.get(weight.name()))
                .orElseThrow(() -> new IllegalStateException(weight.describe() + " was offered nothing"));
    }

    private CompressionPlan decided(Stage stage, Pass<Worked<Decided>> pass) {
        try (pass) {
            return Worked.plan(
                    pass.toList().stream()
                            .map(worked -> worked.map(Decided::planned))
                            .toList(),
                    stage.weights());
        }
    }

    private List<Worked<WeightSpectrum>> spectra(Stage stage, RankedEncoding encoding) {
        try (Pass<Worked<WeightSpectrum>> pass = pass(
                "Decomposing",
                stage,
                (weight, view) -> encoding.draft(view).lowRank().spectrum())) {
            return pass.toList();
        }
    }

    /** A pass over a stage whose weights are decided on one by one. */
    Pass<Worked<Decided>> decide(Stage stage, boolean build) {
        if (stage.ranked().isPresent()) {
            RankStrategies.require(offering.ranks(), stage.weights().linear());
            return ranked(stage, stage.ranked().get(), (WeightRankSelector) offering.ranks(), build);
        }
        return pass("Encoding", stage, (weight, view) -> decider.of(stage, view, build));
    }

    private Pass<Worked<Decided>> ranked(
            Stage stage, RankedEncoding encoding, WeightRankSelector ranks, boolean build) {
        return pass(
                build ? "Compressing" : "Decomposing",
                stage,
                (weight, view) -> decider.of(stage, encoding, weight, ranks, view, build));
    }

    /** A look at each weight as the encodings of a stage see it. */
    private <R> Pass<Worked<R>> pass(String label, Stage stage, BiFunction<LinearWeight, WeightView, R> look) {
        List<LinearWeight> weights = stage.weights().linear();
        if (stage.isOfProducts() && stage.ranked().isPresent()) {
            return workers.pass(
                    label,
                    weights,
                    weight -> opener.bytes(weight, offering.ranks().accuracy()),
                    weight -> opener.work(
                            weight, offering.ranks(), open -> view(open, view -> look.apply(weight, view))));
        }
        Views views = views(weights);
        return workers.pass(
                label, weights, views::bytes, weight -> show(views, weight, view -> look.apply(weight, view)));
    }

    private Views views(List<LinearWeight> weights) {
        return new Views(opener, network.inventory(), weights);
    }

    private <R> Worked<R> show(Views views, LinearWeight weight, Function<WeightView, R> use) {
        try {
            return Worked.done(views.show(weight, offering.ranks().accuracy(), use));
        } catch (NonFiniteValueException e) {
            return Worked.skipped(SkippedWeight.of(weight, SkipReason.NOT_FINITE, String.valueOf(e.getMessage())));
        }
    }

    private <R> R view(OpenWeight open, Function<WeightView, R> use) {
        try (OpenMatrices matrices = OpenMatrices.beside(open, opener)) {
            return use.apply(new WeightView(
                    open.factoredWeight(),
                    open.inputs().map(inputs -> new CalibratedInputs(inputs, opener::decomposer)),
                    matrices));
        }
    }

    /** What takes the place of a planned weight that is open. */
    Replacement build(PlannedWeight planned, OpenWeight open) {
        return view(open, view -> decider.build(planned, encoding(planned), view));
    }

    private Encoding encoding(PlannedWeight planned) {
        return offering.encoding(planned.encoding().orElseThrow());
    }

    /** Of those that are opened to be factored. */
    Pass<Replacement> opened(List<PlannedWeight> planned) {
        return workers.pass("Factoring", planned, opener::bytes, one -> {
            try (OpenWeight open = opener.open(one)) {
                return build(one, open);
            }
        });
    }

    /** Of all others. */
    Pass<Replacement> shown(List<PlannedWeight> planned) {
        Views views = views(planned.stream().map(PlannedWeight::weight).toList());
        return workers.pass(
                "Encoding",
                planned,
                one -> views.bytes(one.weight()),
                one -> views.show(
                        one.weight(), offering.ranks().accuracy(), view -> decider.build(one, encoding(one), view)));
    }

    boolean isOpened(PlannedWeight planned) {
        return planned.chosenRank().isPresent() && encoding(planned).isOfProducts();
    }
}
