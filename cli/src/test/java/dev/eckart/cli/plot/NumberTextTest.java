package dev.eckart.cli.plot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumberTextTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0.0, 0",
        "3, 3",
        "-3.5, −3.5",
        "2.9999999999, 3",
        "1.01153, 1.0115",
        "0.329193, 0.3292",
        "0.00012345, 0.0001234",
        "0.00001, 10⁻⁵",
        "-3.4567e-7, −3.457·10⁻⁷",
        "9.99999e-6, 10⁻⁵",
        "999999.5, 999999.5",
        "1e6, 10⁶",
        "1.7976931348623157e308, 1.798·10³⁰⁸",
        "4.9e-324, 4.941·10⁻³²⁴"
    })
    void should_write_what_a_reader_needs(double value, String expected) {
        assertThat(NumberText.of(value)).isEqualTo(expected);
    }
}
