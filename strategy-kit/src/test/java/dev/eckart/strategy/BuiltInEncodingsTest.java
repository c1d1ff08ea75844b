package dev.eckart.strategy;

import dev.eckart.core.encode.BitsEncoding;
import dev.eckart.core.encode.EncodingProvider;
import dev.eckart.core.encode.Float16Encoding;
import dev.eckart.core.encode.PackedEncoding;
import dev.eckart.core.encode.PairBitsEncoding;
import dev.eckart.core.encode.PairEncoding;
import java.util.List;
import org.junit.jupiter.api.Nested;

/** The engine's own encodings keep the rules that it has for others. */
class BuiltInEncodingsTest {

    @Nested
    class Pair implements EncodingConformance {
        @Override
        public EncodingProvider provider() {
            return new PairEncoding.Provider();
        }

        @Override
        public List<String> calls() {
            return List.of("pair");
        }
    }

    @Nested
    class PairBits implements EncodingConformance {
        @Override
        public EncodingProvider provider() {
            return new PairBitsEncoding.Provider();
        }

        @Override
        public List<String> calls() {
            return List.of("pair-bits:8", "pair-bits:4");
        }
    }

    @Nested
    class Bits implements EncodingConformance {
        @Override
        public EncodingProvider provider() {
            return new BitsEncoding.Provider();
        }

        @Override
        public List<String> calls() {
            return List.of("bits:8", "bits:4", "bits:4+pair");
        }
    }

    @Nested
    class Float16 implements EncodingConformance {
        @Override
        public EncodingProvider provider() {
            return new Float16Encoding.Provider();
        }

        @Override
        public List<String> calls() {
            return List.of("float16");
        }
    }

    @Nested
    class Packed implements EncodingConformance {
        @Override
        public EncodingProvider provider() {
            return new PackedEncoding.Provider();
        }

        @Override
        public List<String> calls() {
            return List.of("packed:8", "packed:4", "packed:4,block=16", "packed:4,rare=0.5", "packed:4+pair");
        }
    }
}
