package dev.eckart.cli.render;

import dev.eckart.core.report.NothingToGain;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.Verdict;
import dev.eckart.core.verify.EvaluationInputs;
import dev.eckart.core.verify.Verification;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a run comes to, as a report begins with it.
 *
 * @param words the verdict, or, where that says little, what was found: the loss, or that there is nothing to gain
 * @param why for people, without a capital or a full stop
 */
record Headline(Verdict verdict, String words, String why) {
    private static final String NOTHING_TO_GAIN = "nothing to gain";

    static Headline of(Report report) {
        Verdict verdict = report.verdict();
        // A check passes or fails a model, whatever was replaced in it.
        boolean judged = verdict == Verdict.FAIL
                || (verdict == Verdict.PASS && report.run().command().equals("check"));
        if (report.remarks().nothingToGain().isPresent() && !judged) {
            return new Headline(verdict, NOTHING_TO_GAIN, nothingToGain(report));
        }
        return switch (verdict) {
            case FAIL -> new Headline(verdict, verdict.label(), Failure.of(report));
            case PASS -> new Headline(verdict, verdict.label(), met(report));
            case UNJUDGED ->
                report.checks()
                        .verification()
                        .map(verification -> new Headline(
                                verdict, loss(verification), "%s: %s".formatted(verdict.label(), unjudged(report))))
                        .orElseGet(() -> new Headline(verdict, verdict.label(), unjudged(report)));
        };
    }

    /** The verdict with what is behind it, after {@code time}, in a line. */
    static String line(Report report, String time) {
        Verdict verdict = report.verdict();
        List<String> more = new ArrayList<>();
        if (report.remarks().nothingToGain().isPresent()) {
            more.add(NOTHING_TO_GAIN);
        } else if (verdict == Verdict.UNJUDGED) {
            report.checks().verification().map(Headline::loss).ifPresent(more::add);
        }
        if (verdict == Verdict.UNJUDGED) {
            more.add(unjudged(report));
        }
        return "%s in %s%s"
                .formatted(
                        verdict == Verdict.FAIL ? verdict.name() : verdict.label(),
                        time,
                        more.isEmpty() ? "" : ": " + String.join("; ", more));
    }

    /** Why a run is neither passed nor failed. */
    private static String unjudged(Report report) {
        return report.checks().verification().isPresent() ? "no limit was set" : "the outputs were not compared";
    }

    /** Why nothing is replaced, and what to try; empty where something is. */
    static String nothingToGain(Report report) {
        return report.remarks().nothingToGain().map(NothingToGain::sentence).orElse("");
    }

    private static String met(Report report) {
        int limits = report.checks().limits().size();
        return Stream.of(
                        limits == 0 ? "" : limits == 1 ? "the limit is met" : "all %d limits are met".formatted(limits),
                        report.checks()
                                .baseline()
                                .map(baseline -> "no number is worse than in `%s`".formatted(baseline.path()))
                                .orElse(""),
                        report.remarks().nothingToGain().isPresent()
                                ? NOTHING_TO_GAIN + ": " + nothingToGain(report)
                                : "")
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining("; "));
    }

    /** How much was lost, in numbers. */
    private static String loss(Verification verification) {
        String accuracy = verification
                .accuracy()
                .map(found -> "accuracy %s → %s, "
                        .formatted(Numbers.accuracy(found.original()), Numbers.accuracy(found.compressed())))
                .orElse("");
        String loss = accuracy + ReportTables.loss(verification.loss());
        return verification.inputs().kind() == EvaluationInputs.Kind.MADE_UP ? loss + ", on made-up inputs" : loss;
    }

    static String capitalized(String text) {
        return text.isEmpty() ? "" : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }
}
