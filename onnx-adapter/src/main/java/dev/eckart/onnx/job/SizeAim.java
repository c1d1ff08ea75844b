package dev.eckart.onnx.job;

import dev.eckart.core.InvalidInputException;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How large a compressed model may be, its data file included.
 *
 * @param text as the user wrote it: {@code 15%} of the original, or {@code 15MB}
 * @param share of the original's bytes, in (0, 1]; empty where bytes are given
 * @param bytes 0 where a share is given
 */
public record SizeAim(String text, Optional<BigDecimal> share, long bytes) {
    private static final Pattern PATTERN = Pattern.compile("(\\d{1,12}(?:\\.\\d{1,9})?) ?(%|[kmgt]?b)");

    private static final Map<String, Integer> POWERS = Map.of("b", 0, "kb", 3, "mb", 6, "gb", 9, "tb", 12);

    private static final int PERCENT = 2;

    /**
     * The aim that a text gives.
     *
     * @throws InvalidInputException if it is neither a share nor a size, or none
     */
    public static SizeAim parse(String text) {
        Matcher matcher = PATTERN.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw refused(text);
        }
        BigDecimal number = new BigDecimal(matcher.group(1));
        if (matcher.group(2).equals("%")) {
            BigDecimal share = number.movePointLeft(PERCENT);
            if (share.signum() == 0 || share.compareTo(BigDecimal.ONE) > 0) {
                throw refused(text);
            }
            return new SizeAim(text, Optional.of(share), 0);
        }
        BigDecimal bytes = number.movePointRight(POWERS.getOrDefault(matcher.group(2), 0));
        if (bytes.compareTo(BigDecimal.ONE) < 0 || bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw refused(text);
        }
        return new SizeAim(text, Optional.empty(), bytes.longValue());
    }

    /** As a share of the original's bytes. */
    public static SizeAim ofRatio(double ratio) {
        BigDecimal share = BigDecimal.valueOf(ratio);
        return new SizeAim(
                share.movePointRight(PERCENT).stripTrailingZeros().toPlainString() + "%", Optional.of(share), 0);
    }

    private static InvalidInputException refused(String text) {
        return new InvalidInputException(
                "--size: expected a share of the original above 0%% and up to 100%%, such as 15%%, or a size such as 15MB but was: %s"
                        .formatted(text));
    }

    /** Bytes that the compressed model of an original may have. */
    public long of(long originalBytes) {
        return share.map(
                        part -> part.multiply(BigDecimal.valueOf(originalBytes)).longValue())
                .orElse(bytes);
    }
}
