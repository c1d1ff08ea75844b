package dev.eckart.onnx.job;

import dev.eckart.core.compress.Compressor;
import dev.eckart.core.compress.OfferedWeights;
import dev.eckart.core.compress.Offering;
import dev.eckart.core.compress.Provenance;
import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.file.Unwritable;
import dev.eckart.core.report.SearchEntry;
import dev.eckart.core.verify.Limit;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.calibrate.CostMeter;
import dev.eckart.onnx.file.ExternalData;
import dev.eckart.onnx.verify.LossMeter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Finds the plan that an aim comes to.
 *
 * @param model the original's file
 * @param network the same, read
 * @param name of the file to be written, which names its data file
 */
record AimedPlan(
        Engine engine,
        Path model,
        OnnxNetwork network,
        Selection selection,
        Compressor compressor,
        Provenance provenance,
        String name,
        ExternalData externalData) {

    /**
     * What was found.
     *
     * @param made the network by the plan, where it was made to find it
     * @param search the account of a search, where there was one
     * @param unmet where no plan comes to the aim, what was measured of the one that comes closest, which this is
     * @param warnings on what was not measured, in sentences
     */
    record Found(
            CompressionPlan plan,
            Optional<OnnxNetwork> made,
            Optional<SearchEntry> search,
            Optional<List<Limit.Outcome>> unmet,
            List<String> warnings) {

        /** Without a search. */
        static Found of(CompressionPlan plan, List<String> warnings) {
            return new Found(plan, Optional.empty(), Optional.empty(), Optional.empty(), warnings);
        }
    }

    /**
     * Finds it.
     *
     * @param limits on what is lost, if the aim is to keep these
     * @param runs whether the network may be run to find what each weight costs the outputs
     * @throws dev.eckart.core.InvalidInputException if no plan can come to it
     */
    Found find(Aim aim, Limits limits, boolean runs) {
        Offering offering = selection.offering(network);
        if (aim instanceof Aim.Auto) {
            return faithful(offering, runs);
        }
        Survey survey = Survey.of(engine, network, compressor, offering, provenance, selection.calibration(), runs);
        if (aim instanceof Aim.Limited limited) {
            return searched(limited, limits, survey, offering);
        }
        SizeAim size = ((Aim.Size) aim).size();
        return Found.of(
                new SizedPlan(engine, network, CompressionJob.bytes(model, network), provenance, name, externalData)
                        .find(survey, size, selection.encoding()),
                survey.warnings());
    }

    private Found faithful(Offering offering, boolean runs) {
        OfferedWeights offered = compressor.offers(network, offering);
        CompressionPlan plan = offered.faithful(Aim.Auto.LITTLE, Aim.Auto.MOST, Set.of());
        if (!runs || plan.replaced().isEmpty()) {
            return Found.of(plan, List.of());
        }
        OnnxNetwork made = compressor.apply(plan, network, offering, provenance);
        CostMeter.Found found =
                engine.costMeter().find(network, made, plan, offering.encodings(), selection.calibration());
        return found.costly().isEmpty()
                ? new Found(plan, Optional.of(made), Optional.empty(), Optional.empty(), found.warnings())
                : Found.of(offered.faithful(Aim.Auto.LITTLE, Aim.Auto.MOST, found.costly()), found.warnings());
    }

    private Found searched(Aim.Limited aim, Limits limits, Survey survey, Offering offering) {
        Evaluation on = limits.among(aim.trialsOn());
        try (LossMeter meter = LossMeter.open(
                        model, network, on.inputs(), on.labels(), on.metrics(), on.seed(), engine.threads());
                TrialFolder folder = TrialFolder.in(engine.temporary())) {
            if (limits.dependOnOutputs()) {
                limits.requireIn(meter.rehearsal());
            }
            LimitSearch.Found found = new LimitSearch(
                            aim,
                            limits,
                            survey,
                            (setting, plan) -> measured(setting, plan, offering, meter, folder),
                            aim.memory() == TrialMemory.NONE
                                    ? ""
                                    : Fingerprint.of(engine, model, network, selection, on),
                            CompressionJob.bytes(model, network),
                            meter.samples())
                    .find(meter.inputs());
            return new Found(
                    found.plan().orElse(survey.offered().smallest()),
                    Optional.empty(),
                    Optional.of(found.account()),
                    found.met() ? Optional.empty() : Optional.of(found.outcomes()),
                    survey.warnings());
        }
    }

    private Trial measured(
            String setting, CompressionPlan plan, Offering offering, LossMeter meter, TrialFolder folder) {
        try {
            return folder.withModel(
                    scratch -> compressor
                            .apply(plan, network.withScratch(scratch), offering, provenance)
                            .recorded(network, engine.backend()),
                    externalData,
                    path -> measured(setting, path, meter.measure(path, false)));
        } catch (IOException | UncheckedIOException e) {
            throw Unwritable.temporary("a model to measure", engine.temporary(), e);
        }
    }

    private static Trial measured(String setting, Path path, LossMeter.Measured found) {
        SortedMap<String, Double> metrics = new TreeMap<>();
        found.metrics().forEach(metric -> metrics.put(metric.name(), metric.value()));
        return new Trial(
                setting,
                List.of(),
                CompressionJob.bytes(path, OnnxNetwork.read(path)),
                0,
                0,
                Fingerprint.of(path),
                found.loss(),
                found.latency(),
                metrics);
    }
}
