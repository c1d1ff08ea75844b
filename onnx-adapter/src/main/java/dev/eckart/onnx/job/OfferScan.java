package dev.eckart.onnx.job;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.compress.Compressor;
import dev.eckart.core.compress.OfferedForm;
import dev.eckart.core.compress.OfferedWeight;
import dev.eckart.core.compress.OfferedWeights;
import dev.eckart.core.compress.Offering;
import dev.eckart.core.compress.Provenance;
import dev.eckart.core.encode.Encoding;
import dev.eckart.core.encode.EncodingOrder;
import dev.eckart.core.encode.RankedEncoding;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.report.OfferReport;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.calibrate.CostMeter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Asks of each weight what each encoding would make of it, and what the network's outputs lose by it: which layer hurts. Writes
 * nothing.
 */
public final class OfferScan {
    private static final String NOT_WORTH = "no rank of it loses less than others do in its bytes, of which %s is one";

    private final Engine engine;

    public OfferScan(Engine engine) {
        this.engine = engine;
    }

    /** What was found of one weight so far. */
    private static final class Found {
        private final LinearWeight weight;
        private final List<OfferReport.Form> forms = new ArrayList<>();
        private final List<OfferReport.Refusal> refusals = new ArrayList<>();

        Found(LinearWeight weight) {
            this.weight = weight;
        }

        /** @param because why there are no forms, if there are none */
        void add(Encoding encoding, List<OfferedForm> offers, String because, Map<String, Double> units) {
            if (offers.isEmpty()) {
                refusals.add(new OfferReport.Refusal(encoding.name(), because));
            }
            Double unit = units.get(weight.name());
            offers.stream()
                    .sorted(Comparator.comparingLong(form -> -form.bytes()))
                    .map(form -> new OfferReport.Form(
                            encoding.name(),
                            form.planned().encoding().orElseThrow(),
                            form.planned().chosenRank(),
                            form.bytes(),
                            form.loss(),
                            unit == null ? OptionalDouble.empty() : OptionalDouble.of(unit * form.loss())))
                    .forEach(forms::add);
        }
    }

    /**
     * Looks at each weight with each encoding.
     *
     * @param selection of the weights, and what they are calibrated on; made-up inputs show what the network loses without
     * @param encodings to look at, each by itself
     * @param measure the encoding with which it is measured what the network's outputs lose by each weight, without a rank
     * @throws InvalidInputException if the model cannot be worked with, or an encoding has neither ranks nor stores constants
     */
    public OfferReport scan(Path model, Selection selection, List<Encoding> encodings, Encoding measure) {
        encodings.forEach(OfferScan::requireComparable);
        OnnxNetwork network = OnnxNetwork.read(model, selection.scope().freezeDefaults());
        Selection measuring = selection.encodings(new EncodingOrder(List.of(measure)));
        Compressor compressor = Calibrated.ofInputs(engine, model, network, measuring.inventory(network), measuring)
                .compressor(engine);
        Offering offering = measuring.offering(network);
        OfferedWeights probed = compressor.offers(network, offering);
        CostMeter.Losses losses = engine.costMeter()
                .losses(
                        network,
                        compressor.apply(
                                probed.probes(),
                                network,
                                offering,
                                new Provenance(engine.version(), "", measure.name())),
                        selection.calibration());
        Map<String, Double> units = units(probed, losses.losses());
        Map<String, Found> found = new LinkedHashMap<>();
        probed.weights().forEach(weight -> found.put(weight.weight().name(), new Found(weight.weight())));
        for (Encoding encoding : encodings) {
            boolean ranked = encoding instanceof RankedEncoding;
            // Ranks are worth what they are beside another form.
            List<Encoding> asked = ranked ? List.of(encoding, measure) : List.of(encoding);
            OfferedWeights offered = compressor.offers(
                    network, selection.encodings(new EncodingOrder(asked)).offering(network));
            for (OfferedWeight weight : offered.weights()) {
                List<OfferedForm> forms = weight.offers().stream()
                        .filter(form -> form.hasRank() == ranked)
                        .toList();
                boolean besideOthers = ranked && !weight.offers().isEmpty();
                String because = besideOthers ? NOT_WORTH.formatted(measure.name()) : weight.because();
                found.computeIfAbsent(weight.weight().name(), name -> new Found(weight.weight()))
                        .add(encoding, forms, because, units);
            }
        }
        network.requireUnchanged();
        return new OfferReport(
                encodings.stream().map(Encoding::name).toList(),
                measure.name(),
                selection.calibration().isPresent(),
                weights(found, losses.losses()),
                losses.warnings());
    }

    private static void requireComparable(Encoding encoding) {
        if (encoding.isOfProducts() && !(encoding instanceof RankedEncoding)) {
            throw new InvalidInputException(
                    "--encoding %s: it has no ranks and stores no constant, which scan looks at; leave it out"
                            .formatted(encoding.name()));
        }
    }

    /** What the network loses by a loss of 1 of each layer's outputs. */
    private static Map<String, Double> units(OfferedWeights probed, Map<String, Double> losses) {
        Map<String, Double> units = new HashMap<>();
        for (OfferedWeight weight : probed.weights()) {
            String name = weight.weight().name();
            Optional.ofNullable(losses.get(name))
                    .ifPresent(loss -> weight.unit(loss).ifPresent(unit -> units.put(name, unit)));
        }
        return units;
    }

    private static List<OfferReport.Weight> weights(Map<String, Found> found, Map<String, Double> losses) {
        List<OfferReport.Weight> weights = new ArrayList<>();
        for (Found each : found.values()) {
            LinearWeight weight = each.weight;
            Double loss = losses.get(weight.name());
            weights.add(new OfferReport.Weight(
                    weights.size() + 1,
                    weight.name(),
                    weight.operator(),
                    weight.bytes(),
                    loss == null ? OptionalDouble.empty() : OptionalDouble.of(loss),
                    each.forms,
                    each.refusals));
        }
        return weights;
    }
}
