package dev.eckart.onnx.rewrite;

import dev.eckart.core.verify.NoProof;
import dev.eckart.core.verify.StoredForms;
import dev.eckart.onnx.file.OnnxModel;
import java.util.List;

/** What a compressed model is proved against, or why it cannot be. */
public sealed interface Reference {

    /**
     * A model that computes what the compressed one must.
     *
     * @param model the original, with each W that was replaced set to B·A
     * @param products values of the main graph that hold products by replaced weights, as both models name them
     * @param forms the stored forms that were compared with what the compressed model records of them
     * @param faults what the compressed model stores otherwise than it was written, in sentences
     */
    record Products(OnnxModel model, List<String> products, StoredForms forms, List<String> faults)
            implements Reference {
        public Products {
            products = List.copyOf(products);
            faults = List.copyOf(faults);
        }
    }

    /** There is none. */
    record None(NoProof reason) implements Reference {}
}
