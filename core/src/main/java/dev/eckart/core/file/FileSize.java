package dev.eckart.core.file;

import java.util.List;
import java.util.Locale;

/** How large files are, as messages and reports say it. */
public record FileSize(long bytes) {
    private static final double KILO = 1000;
    private static final List<String> UNITS = List.of("B", "kB", "MB", "GB", "TB");

    /** In decimal units: {@code 1.59 MB}. */
    @Override
    public String toString() {
        double value = bytes;
        int unit = 0;
        while (value >= KILO && unit < UNITS.size() - 1) {
            value /= KILO;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.2f %s", value, UNITS.get(unit));
    }
}
