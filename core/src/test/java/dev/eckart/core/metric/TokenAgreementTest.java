package dev.eckart.core.metric;

import static dev.eckart.core.metric.Batches.batch;
import static dev.eckart.core.metric.Batches.measure;
import static dev.eckart.core.metric.Batches.states;
import static dev.eckart.core.metric.Batches.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.verify.Judgement;
import dev.eckart.core.verify.MetricResult;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TokenAgreementTest {
    static final NetworkOutput ORIGINAL = states(4, 3, 6, TokenAgreementTest::original);
    static final NetworkOutput COMPRESSED =
            states(4, 3, 6, (s, p, j) -> original(s, p, j) + 2 * Math.cos(2 + 5 * s + 2 * p + 3 * j));

    private static double original(int s, int p, int j) {
        return 4 * Math.sin(1 + 3 * s + 5 * p + 7 * j);
    }

    /** The expected counts are NumPy's, of argmax over the last axis. */
    @Test
    void should_be_the_share_of_positions_that_are_no_padding_with_the_same_token_first() {
        MetricResult masked = measure(
                "token-agreement",
                batch(ORIGINAL, COMPRESSED, Map.of("attention_mask", Batches.MASK), Optional.empty()));
        MetricResult all = measure("token-agreement", batch(ORIGINAL, COMPRESSED));

        assertThat(masked.value()).isEqualTo(5.0 / 8);
        assertThat(masked.note()).isEqualTo("on 8 positions");
        assertThat(masked.judgement()).isEqualTo(Judgement.HIGHER);
        assertThat(all.value()).isEqualTo(8.0 / 12);
    }

    @Test
    void should_have_no_value_for_what_is_no_number() {
        NetworkOutput broken = states(1, 2, 2, (s, p, j) -> p == 1 ? Double.NaN : 1);

        assertThat(measure("token-agreement", batch(broken, broken)).value()).isNaN();
    }

    @Test
    void should_refuse_what_leaves_nothing_to_compare() {
        MetricBatch padding = batch(
                states(1, 2, 2, (s, p, j) -> j),
                states(1, 2, 2, (s, p, j) -> j),
                Map.of("attention_mask", whole(List.of(1, 2), 0, 0)),
                Optional.empty());

        assertThatThrownBy(() -> measure("token-agreement", padding))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "metric `token-agreement`: the mask marks all positions as padding; correct the mask, or give mask=none");
    }
}
