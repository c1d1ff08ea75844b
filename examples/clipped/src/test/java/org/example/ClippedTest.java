package org.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.encode.EncodingProvider;
import dev.eckart.core.encode.Offer;
import dev.eckart.core.encode.WeightView;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.plugin.Kind;
import dev.eckart.core.rank.StrategyArguments;
import dev.eckart.strategy.EncodingConformance;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClippedTest implements EncodingConformance {
    @Override
    public EncodingProvider provider() {
        return new Clipped();
    }

    @Override
    public List<String> calls() {
        return List.of("clipped:8", "clipped:4", "clipped:4,share=0.9");
    }

    /** 7 steps of 1 for numbers up to 7, and the largest code for 100. */
    @Test
    void should_cut_off_what_is_beyond_the_share() {
        LinearWeight weight = new LinearWeight("fc", "MatMul", ElementType.FLOAT32, Matrix.of(5, 1, 1, -2, 4, -7, 100));

        Offer offer = new Clipped()
                .create(StrategyArguments.parse(Kind.ENCODING, "clipped:4,share=0.8"))
                .draft(new WeightView(weight))
                .offers()
                .get(0);

        assertThat(offer.build().toMatrix(EjmlDecomposer::new)).isEqualTo(Matrix.of(5, 1, 1, -2, 4, -7, 7));
    }
}
