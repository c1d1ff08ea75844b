package dev.eckart.onnx.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.InvalidInputException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizeAimTest {
    private static final long ORIGINAL = 90_387_606;

    @ParameterizedTest
    @CsvSource({
        "15%, 13558140",
        "100%, 90387606",
        "0.5 %, 451938",
        "15MB, 15000000",
        "15 mb, 15000000",
        "14.98MB, 14980000",
        "250kB, 250000",
        "1.5GB, 1500000000",
        "123456B, 123456"
    })
    void should_read_shares_and_sizes(String text, long bytes) {
        assertThat(SizeAim.parse(text).of(ORIGINAL)).isEqualTo(bytes);
        assertThat(SizeAim.parse(text).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "15", "0%", "101%", "-5MB", "0MB", "0.4B", "15MiB", "many", "9999999999999TB", "99999999TB"})
    void should_refuse_anything_else(String text) {
        assertThatThrownBy(() -> SizeAim.parse(text))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "--size: expected a share of the original above 0%% and up to 100%%, such as 15%%, or a size such as 15MB but was: %s"
                                .formatted(text));
    }
}
