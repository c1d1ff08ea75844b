package dev.eckart.onnx.rewrite;

import dev.eckart.core.verify.NoProof;
import dev.eckart.core.verify.StoredForms;
import dev.eckart.onnx.file.OnnxModel;
import java.util.List;
import java.util.Map;

/** What a compressed model is proved against, or why it cannot be. */
public sealed interface Reference {

    /**
     * A model that computes what the compressed one must.
     *
     * @param model the original, with each W that was replaced set to B·A
     * @param products values of the main graph that hold products by replaced weights, as both models name them
     * @param given further inputs of the model, by the names of the values that both models would round there: what the compressed one makes of
     *     these is given to the reference, so that both round the same. Empty where no inputs of products are rounded
     * @param forms the stored forms that were compared with what the compressed model records of them
     * @param faults what the compressed model stores otherwise than it was written, in sentences
     */
    record Products(
            OnnxModel model,
            List<String> products,
            Map<String, String> given,
            StoredForms forms,
            List<String> faults)
            implements Reference {
        public Products {
            products = List.copyOf(products);
            given = Map.copyOf(given);
            faults = List.copyOf(faults);
        }
    }

    /** There is none. */
    record None(NoProof reason) implements Reference {}
}
