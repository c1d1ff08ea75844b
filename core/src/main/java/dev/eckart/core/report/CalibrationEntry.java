package dev.eckart.core.report;

import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.calibrate.LayerStatistics;
import dev.eckart.core.calibrate.Sensitivities;
import dev.eckart.core.calibrate.UncalibratedWeight;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What weights were judged by.
 *
 * @param inputs where the samples came from
 * @param samples of the calibration set
 * @param rows vectors that the layer which sees most of them saw, such as the tokens of all samples
 * @param weights how many have statistics of their inputs
 * @param uncalibrated those that have none, and why; they are taken as they are
 * @param measuredOn samples that the weights' sensitivities were measured on; empty where they were not
 * @param rounds how often these were measured again, in the network as it was cut by what was known
 * @param notes what else is worth knowing, for people
 */
public record CalibrationEntry(
        String inputs,
        long samples,
        long rows,
        int weights,
        List<UncalibratedWeight> uncalibrated,
        OptionalLong measuredOn,
        int rounds,
        List<String> notes) {
    public CalibrationEntry {
        uncalibrated = List.copyOf(uncalibrated);
        notes = List.copyOf(notes);
    }

    /** This, with more to know. */
    public CalibrationEntry with(List<String> more) {
        return new CalibrationEntry(
                inputs,
                samples,
                rows,
                weights,
                uncalibrated,
                measuredOn,
                rounds,
                Stream.concat(notes.stream(), more.stream()).toList());
    }

    /** Of what was found out. */
    public static CalibrationEntry of(String inputs, LayerStatistics found) {
        return new CalibrationEntry(
                inputs,
                found.samples(),
                found.byWeight().values().stream()
                        .mapToLong(InputStatistics::rows)
                        .max()
                        .orElse(0),
                found.byWeight().size(),
                found.uncalibrated(),
                OptionalLong.empty(),
                0,
                found.notes());
    }

    /** With what was measured of sensitivities. */
    public CalibrationEntry with(Sensitivities measured) {
        return new CalibrationEntry(
                inputs,
                samples,
                rows,
                weights,
                uncalibrated,
                OptionalLong.of(measured.samples()),
                measured.rounds(),
                Stream.concat(notes.stream(), measured.notes().stream()).toList());
    }
}
