package dev.eckart.models.decoder;

import dev.eckart.models.synthetic.SyntheticTensor;
import java.util.ArrayList;
import java.util.List;

/** Where in the data file a tensor is. */
record DataRegion(SyntheticTensor tensor, long offset, long length) {

    /** Regions begin at multiples of a page, so that each can be mapped by itself. */
    static final int ALIGNMENT = 4096;

    /** One tensor behind the other. */
    static List<DataRegion> layOut(DecoderShape shape) {
        List<DataRegion> regions = new ArrayList<>();
        long offset = 0;
        for (SyntheticTensor tensor : shape.tensors()) {
            long length = tensor.elements() * shape.type().bytes();
            regions.add(new DataRegion(tensor, offset, length));
            offset = (offset + length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        }
        return regions;
    }
}
