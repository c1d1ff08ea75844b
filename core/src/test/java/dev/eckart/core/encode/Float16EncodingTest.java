package dev.eckart.core.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.NonFiniteValueException;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.stored.Dense;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Float16EncodingTest {
    private static final Float16Encoding ENCODING = new Float16Encoding();

    /** Of IEEE 754 binary16: 11 significant bits, ties to even, multiples of 2^-24 below 2^-14. */
    @ParameterizedTest
    @CsvSource({
        "0.1, 0.0999755859375",
        "-0.1, -0.0999755859375",
        "1.00048828125, 1",
        "1.00146484375, 1.001953125",
        "2049, 2048",
        "2051, 2052",
        "65504, 65504",
        "0x1p-24, 0x1p-24",
        "0x1p-25, 0",
        "0x1.8p-25, 0x1p-24",
        "0x1.8p-24, 0x1p-23",
        "0x1.ffcp-15, 0x1p-14",
        "1e-300, 0",
    })
    void should_round_to_the_nearest(String number, String half) {
        assertThat(Halves.half(Double.parseDouble(number))).isEqualTo(Double.parseDouble(half));
    }

    @Test
    void should_store_what_it_offers_and_say_what_that_loses() {
        double[] numbers = {0.1, -3, 1000.3, 0x1p-26};
        Offer offer = offer(weight(ElementType.FLOAT32, numbers));

        Dense stored = (Dense) offer.build();

        assertThat(stored.type()).isEqualTo(ElementType.FLOAT16);
        assertThat(offer.bytes()).isEqualTo(8).isEqualTo(stored.bytes());
        double[] made = stored.toMatrix(EjmlDecomposer::new).toArray();
        double energy = 0;
        double lost = 0;
        for (int i = 0; i < numbers.length; i++) {
            energy += numbers[i] * numbers[i];
            lost += (numbers[i] - made[i]) * (numbers[i] - made[i]);
        }
        assertThat(offer.loss()).isPositive().isCloseTo(lost / energy, within(1e-15));
    }

    @Test
    void should_know_that_what_is_too_small_for_it_is_lost() {
        assertThat(offer(weight(ElementType.FLOAT64, 1e-200, 3e-200)).loss()).isEqualTo(1);
        assertThat(offer(weight(ElementType.FLOAT32, 0, 0)).loss()).isZero();
    }

    @Test
    void should_not_serve_what_is_beyond_it_or_no_larger() {
        assertThat(ENCODING.obstacle(weight(ElementType.FLOAT32, 1, -65505)))
                .contains("a number of size 6.55e+04 is beyond the 65504 of float16");
        assertThat(ENCODING.obstacle(weight(ElementType.BFLOAT16, 1))).contains("it is no smaller than bfloat16");
        assertThat(ENCODING.obstacle(weight(ElementType.FLOAT32, 65504))).isEmpty();
    }

    @Test
    void should_find_what_is_not_finite() {
        LinearWeight weight = weight(ElementType.FLOAT32, 1, 2, Double.NaN, 4);

        assertThat(ENCODING.obstacle(weight)).isEmpty();
        assertThatExceptionOfType(NonFiniteValueException.class)
                .isThrownBy(() -> ENCODING.draft(new WeightView(weight)))
                .withMessage("NaN at [1, 0]");
    }

    private static Offer offer(LinearWeight weight) {
        List<Offer> offers = ENCODING.draft(new WeightView(weight)).offers();
        assertThat(offers).hasSize(1);
        return offers.get(0);
    }

    /** Of two columns, or of one number. */
    private static LinearWeight weight(ElementType type, double... numbers) {
        int columns = Math.min(2, numbers.length);
        return new LinearWeight(
                "w",
                "MatMul",
                type,
                Matrix.of(numbers.length / columns, columns, Arrays.copyOf(numbers, numbers.length)));
    }
}
