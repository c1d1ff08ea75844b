package dev.eckart.cli.render;

import dev.eckart.core.report.BaselineEntry;
import dev.eckart.core.report.CalibrationEntry;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.SearchEntry;
import dev.eckart.core.verify.BindingCheck;
import dev.eckart.core.verify.Limit;
import dev.eckart.core.verify.Memory;
import dev.eckart.core.verify.MetricResult;
import dev.eckart.core.verify.NoProof;
import dev.eckart.core.verify.OutputComparison;
import dev.eckart.core.verify.RewriteProof;
import dev.eckart.core.verify.Verification;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * A report as JUnit's XML, as Surefire writes it: a test case for the search, for the rewrite, for each output, metric,
 * binding of dynamic axes and limit, and sizes as properties. A case passes only if something was asked that is met: one
 * of numbers that no limit was set for is skipped.
 */
public final class JunitReport {
    private JunitReport() {}

    private static final String NO_LIMIT = "measured; no limit was set";

    /** Limits that outputs have no part in. */
    private static final Set<Limit> NOT_ON_OUTPUTS =
            Set.of(Limit.MAX_SIZE_RATIO, Limit.MAX_LATENCY_RATIO, Limit.MAX_MEMORY_RATIO, Limit.MAX_ACCURACY_DROP);

    /**
     * A case.
     *
     * @param failure what is wrong, if anything is
     * @param unjudged why there is nothing for it to pass by; empty if there is something
     */
    private record Case(String kind, String name, Optional<String> failure, Optional<String> unjudged, String found) {
        Optional<String> skipped() {
            return failure.isPresent() ? Optional.empty() : unjudged;
        }
    }

    /** The whole report. */
    public static String render(Report report) {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeCharacters("\n");
            suite(xml, report);
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("Writing XML to memory failed", e);
        }
        return text.append('\n').toString();
    }

    private static void suite(XMLStreamWriter xml, Report report) throws XMLStreamException {
        List<Case> cases = cases(report);
        long failures =
                cases.stream().filter(each -> each.failure().isPresent()).count();
        start(
                xml,
                "testsuite",
                "name",
                "eckart." + report.run().command(),
                "time",
                seconds(report.run().seconds().total()),
                "tests",
                String.valueOf(cases.size()),
                "errors",
                "0",
                "skipped",
                String.valueOf(cases.stream()
                        .filter(each -> each.skipped().isPresent())
                        .count()),
                "failures",
                String.valueOf(failures));
        start(xml, "properties");
        property(xml, "eckart.version", report.run().version());
        property(xml, "verdict", report.verdict().label());
        property(xml, "verdict.reason", Headline.of(report).why());
        model(xml, "model", report.networks().model());
        if (report.networks().output().isPresent()) {
            model(xml, "output", report.networks().output().get());
        }
        property(xml, "settings.rank", report.settings().rank());
        for (Verification verification : report.checks().verification().stream().toList()) {
            property(xml, "verification.inputs", verification.inputs().sentence());
            property(
                    xml, "verification.inputsKind", verification.inputs().kind().label());
        }
        for (SearchEntry search : report.basis().search().stream().toList()) {
            property(xml, "search.inputs", search.inputs().sentence());
        }
        for (CalibrationEntry calibration :
                report.basis().calibration().stream().toList()) {
            property(xml, "calibration.inputs", calibration.inputs());
            property(xml, "calibration.samples", String.valueOf(calibration.samples()));
        }
        for (Memory memory : report.checks().verification().flatMap(Verification::memory).stream()
                .toList()) {
            property(xml, "model.memory", String.valueOf(memory.original().peak()));
            property(xml, "output.memory", String.valueOf(memory.compressed().peak()));
        }
        end(xml);
        for (Case each : cases) {
            start(
                    xml,
                    "testcase",
                    "name",
                    each.name(),
                    "classname",
                    "eckart." + report.run().command() + "." + each.kind(),
                    "time",
                    "0");
            if (each.failure().isPresent()) {
                start(xml, "failure", "message", each.failure().get(), "type", each.kind());
                xml.writeCharacters(allowed(each.failure().get()));
                end(xml);
            }
            if (each.skipped().isPresent()) {
                start(xml, "skipped", "message", each.skipped().get());
                end(xml);
            }
            start(xml, "system-out");
            xml.writeCharacters(allowed(each.found()));
            end(xml);
            end(xml);
        }
        if (!report.remarks().warnings().isEmpty()) {
            start(xml, "system-out");
            for (String warning : report.remarks().warnings()) {
                xml.writeCharacters("warning: %s\n".formatted(allowed(warning)));
            }
            end(xml);
        }
        end(xml);
    }

    private static List<Case> cases(Report report) {
        List<Case> cases = new ArrayList<>();
        report.basis().search().map(JunitReport::search).ifPresent(cases::add);
        for (Verification verification : report.checks().verification().stream().toList()) {
            verification.proof().map(JunitReport::rewrite).ifPresent(cases::add);
            verification.noProof().map(JunitReport::unproved).ifPresent(cases::add);
            verification.outputs().forEach(output -> cases.add(output(output, judgesOutputs(report))));
            verification.metrics().forEach(metric -> cases.add(metric(metric, judges(report, metric.name()))));
            verification.bindings().forEach(binding -> cases.add(binding(report, binding)));
        }
        report.checks().limits().forEach(limit -> cases.add(limit(limit)));
        report.checks().baseline().map(JunitReport::baseline).ifPresent(cases::add);
        return cases;
    }

    private static boolean judgesOutputs(Report report) {
        return report.checks().baseline().isPresent()
                || Arrays.stream(Limit.values())
                        .filter(limit -> !NOT_ON_OUTPUTS.contains(limit))
                        .anyMatch(limit -> judges(report, limit.label()));
    }

    private static boolean judges(Report report, String name) {
        return report.checks().baseline().isPresent()
                || report.checks().limits().stream()
                        .anyMatch(limit -> limit.name().equals(name));
    }

    private static Optional<String> unless(boolean asked) {
        return asked ? Optional.empty() : Optional.of(NO_LIMIT);
    }

    private static Case search(SearchEntry search) {
        return new Case(
                "search",
                "a setting meets the limits",
                search.unreachable(),
                Optional.empty(),
                "%d settings were measured".formatted(search.tried().size()));
    }

    private static Case rewrite(RewriteProof proof) {
        String found = ReportTables.rewrite(proof);
        return new Case(
                "rewrite",
                "the rewrite is right",
                proof.holds() ? Optional.empty() : Optional.of("the rewrite is wrong: " + found),
                Optional.empty(),
                proof.holds()
                        ? "%s; stored forms as recorded: %s".formatted(found, ReportTables.storedForms(proof.forms()))
                        : found);
    }

    private static Case unproved(NoProof none) {
        return new Case(
                "rewrite",
                "the rewrite is right",
                Optional.empty(),
                Optional.of("no proof: " + none.sentence()),
                "no proof: " + none.sentence());
    }

    private static Case output(OutputComparison output, boolean asked) {
        boolean finite = Double.isFinite(output.maxAbsoluteError());
        return new Case(
                "output",
                output.name(),
                finite
                        ? Optional.empty()
                        : Optional.of("output `%s` holds NaN or infinity, in the original or the compressed network"
                                .formatted(output.name())),
                unless(asked),
                ReportTables.outputNumbers(output));
    }

    private static Case metric(MetricResult metric, boolean asked) {
        return new Case(
                "metric",
                metric.name(),
                metric.isFinite() ? Optional.empty() : Optional.of(Failure.withoutValue(metric)),
                unless(asked),
                "%s: %s".formatted(ReportTables.metricNumbers(metric), ReportTables.metricMeaning(metric)));
    }

    private static Case binding(Report report, BindingCheck binding) {
        return new Case(
                "binding",
                "at " + binding.sizes(),
                Failure.of(report, binding),
                unless(binding.proof().isPresent()),
                ReportTables.bindingNumbers(binding));
    }

    private static Case limit(Limit.Outcome limit) {
        String found = "measured %s, limit %s".formatted(Numbers.plain(limit.value()), Numbers.plain(limit.limit()));
        return new Case(
                "limit",
                limit.name(),
                limit.kept() ? Optional.empty() : Optional.of("%s is exceeded: %s".formatted(limit.name(), found)),
                Optional.empty(),
                found);
    }

    private static Case baseline(BaselineEntry baseline) {
        return new Case(
                "baseline",
                baseline.path(),
                baseline.kept() ? Optional.empty() : Optional.of(movements(baseline, moved -> !moved.kept())),
                Optional.empty(),
                baseline.moved().isEmpty() ? ReportTables.changes(0) : movements(baseline, moved -> true));
    }

    private static String movements(BaselineEntry baseline, Predicate<BaselineEntry.Moved> shown) {
        return baseline.moved().stream()
                .filter(shown)
                .map(moved -> moved.name() + " " + ReportTables.movement(moved))
                .collect(Collectors.joining("; "));
    }

    private static void model(XMLStreamWriter xml, String prefix, Report.ModelEntry model) throws XMLStreamException {
        property(xml, prefix + ".path", model.path());
        property(xml, prefix + ".bytes", String.valueOf(model.bytes()));
        property(xml, prefix + ".parameters", String.valueOf(model.parameters()));
        property(xml, prefix + ".linearParameters", String.valueOf(model.linearParameters()));
    }

    private static void property(XMLStreamWriter xml, String name, String value) throws XMLStreamException {
        start(xml, "property", "name", name, "value", value);
        end(xml);
    }

    private static void start(XMLStreamWriter xml, String name, String... attributes) throws XMLStreamException {
        xml.writeStartElement(name);
        for (int i = 0; i < attributes.length; i += 2) {
            xml.writeAttribute(attributes[i], allowed(attributes[i + 1]));
        }
    }

    private static void end(XMLStreamWriter xml) throws XMLStreamException {
        xml.writeEndElement();
        xml.writeCharacters("\n");
    }

    private static String seconds(double seconds) {
        return String.format(Locale.ROOT, "%.3f", seconds);
    }

    /** XML 1.0 has no way to write most control characters: they are spelled out, and so is what cannot be seen. */
    private static String allowed(String text) {
        return ShownText.of(text);
    }
}
