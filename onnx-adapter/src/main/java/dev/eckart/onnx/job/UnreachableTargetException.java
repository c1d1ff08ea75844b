package dev.eckart.onnx.job;

import dev.eckart.core.report.Report;
import dev.eckart.core.report.SearchEntry;

/** No setting keeps the user's limits; the message says, in a sentence, which comes closest. */
public final class UnreachableTargetException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Report report;

    UnreachableTargetException(Report report) {
        super(report.basis().search().flatMap(SearchEntry::unreachable).orElseThrow());
        this.report = report;
    }

    /** The account of the search, with what the setting that comes closest makes of the weights. No model was written. */
    public Report report() {
        return report;
    }
}
