package dev.eckart.core.report;

import java.util.Optional;

/**
 * What a scan found.
 *
 * @param report each weight's spectrum, and what a strategy would decide
 * @param offers what each weight can be stored as; present where that was asked for
 */
public record ScanReport(Report report, Optional<OfferReport> offers) {}
