package org.example;

import dev.eckart.core.encode.Draft;
import dev.eckart.core.encode.Encoding;
import dev.eckart.core.encode.EncodingProvider;
import dev.eckart.core.encode.Offer;
import dev.eckart.core.encode.WeightView;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.StrategyArguments;
import dev.eckart.core.stored.Blocks;
import dev.eckart.core.stored.Codes;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code clipped:b}: each number as a code of b bits, with a scale for each output. The scale is such that a share of the
 * output's numbers is in range; the few larger ones become the largest code, so that the others get finer steps.
 */
public final class Clipped implements EncodingProvider {
    private static final String USUAL_SHARE = "0.999";

    @Override
    public String name() {
        return "clipped";
    }

    @Override
    public String summary() {
        return "each number as a code of 2 to 8 bits, the largest of each output cut off";
    }

    @Override
    public String stores() {
        return "codes, a scale for each output";
    }

    @Override
    public String runs() {
        return "the dense weight, made once at load: as fast as before";
    }

    @Override
    public String serves() {
        return "every operator that takes a constant";
    }

    @Override
    public Map<String, String> usage() {
        return Map.of(
                "clipped:8", "8 bits: 99.9 % of each output's numbers are in range",
                "clipped:4,share=0.99", "4 bits: 99 % of them are");
    }

    @Override
    public Encoding create(StrategyArguments arguments) {
        arguments.allowing("share");
        int bits = arguments.wholeNumber();
        if (bits < Blocks.LEAST_BITS || bits > Blocks.MOST_BITS) {
            throw arguments.refuse("expected 2 to 8 bits but was: " + bits);
        }
        String share = arguments.options().getOrDefault("share", USUAL_SHARE);
        if (!share.matches("0\\.\\d{1,9}|1")) {
            throw arguments.refuse("expected a share from 0.0 to 1 but was: " + share);
        }
        return new ClippedEncoding(bits, share);
    }

    private record ClippedEncoding(int bits, String share) implements Encoding {

        /** As the user writes it. */
        @Override
        public String name() {
            return "clipped:" + bits + (share.equals(USUAL_SHARE) ? "" : ",share=" + share);
        }

        @Override
        public Draft draft(WeightView view) {
            Blocks blocks = rounded(view.weight());
            Matrix dense = blocks.toMatrix(view.lowRanks()::backend);
            Offer offer = new ClippedOffer(name(), blocks, view.loss(dense), view.biasShift(dense));
            return () -> List.of(offer);
        }

        private Blocks rounded(LinearWeight weight) {
            int rows = weight.rows();
            int columns = weight.columns();
            int most = (1 << (bits - 1)) - 1;
            byte[] codes = new byte[Math.multiplyExact(rows, columns)];
            double[] scales = new double[columns];
            double[] column = new double[rows];
            for (int j = 0; j < columns; j++) {
                weight.values().read(0, j, rows, 1, column);
                scales[j] = stored(range(column) / most, weight);
                for (int i = 0; i < rows && scales[j] > 0; i++) {
                    long nearest = Math.round(column[i] / scales[j]);
                    codes[i * columns + j] = (byte) Math.max(-most, Math.min(most, nearest));
                }
            }
            // One block of all rows: a scale for each output.
            return new Blocks(
                    Codes.wrap(rows, columns, codes), bits, rows, Matrix.of(1, columns, scales), weight.type());
        }

        /** The number that the share of an output's numbers is below. */
        private double range(double[] column) {
            double[] sizes = Arrays.stream(column).map(Math::abs).sorted().toArray();
            int inside = (int) Math.ceil(Double.parseDouble(share) * sizes.length);
            double range = sizes[Math.max(inside, 1) - 1];
            return range > 0 ? range : sizes[sizes.length - 1];
        }

        /** As the file holds it, so that what is built is what was measured. */
        private static double stored(double scale, LinearWeight weight) {
            return Blocks.scaleType(weight.type()) == ElementType.FLOAT32 ? (float) scale : scale;
        }
    }

    private record ClippedOffer(String variant, Blocks build, double loss, Optional<MatrixSource> biasShift)
            implements Offer {

        /** The same with zeros for numbers: of the same shape, bytes and text. */
        @Override
        public Blocks outline() {
            return build.outline();
        }
    }
}
