package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Some seconds of a soak; minutes of it with {@code bench/soak}, which sets {@code -Dsoak.minutes=N}, {@code -Dsoak.seed=S},
 * {@code -Dsoak.from=STEP} and {@code -Dsoak.breaches=N}.
 */
@EnabledOnOs(OS.LINUX)
class SoakTest {
    private static final Duration SLICE = Duration.ofSeconds(6);

    @TempDir
    private Path temporary;

    @Test
    void should_keep_its_promises_whatever_happens_to_it() throws Exception {
        Optional<Integer> minutes = Optional.ofNullable(Integer.getInteger("soak.minutes"));
        Path target = Path.of("target", "soak").toAbsolutePath();
        Path summary = target.resolve("summary.txt");
        Files.deleteIfExists(summary);
        Soak soak = Soak.in(
                minutes.isPresent() ? Files.createTempDirectory(Files.createDirectories(target), "soak") : temporary,
                Long.getLong("soak.seed", 1));

        List<String> breaches = soak.breaches(
                Integer.getInteger("soak.from", 0),
                Integer.getInteger("soak.breaches", 1),
                minutes.map(Duration::ofMinutes).orElse(SLICE));

        if (minutes.isPresent()) {
            Files.writeString(summary, soak.summary(breaches));
        }
        assertThat(breaches).isEmpty();
        assertThat(soak.withstood()).isPositive();
    }
}
