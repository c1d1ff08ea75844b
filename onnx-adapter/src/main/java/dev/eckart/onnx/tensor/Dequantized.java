package dev.eckart.onnx.tensor;

/**
 * (q − zero point)·scale, as {@code DequantizeLinear} computes it.
 *
 * @param integers q
 * @param scales one for all, one for each position on an axis, or one for each block of positions on it
 * @param zeroPoints as many as scales
 * @param axisSize the axis's length; 1 where there is one scale for all
 * @param inner numbers from one position on the axis to the next
 * @param block positions that share a scale
 * @param blocked whether scales are those of blocks, and differ along the other axes too
 */
record Dequantized(
        Numbers integers, Numbers scales, Numbers zeroPoints, long axisSize, long inner, long block, boolean blocked)
        implements Numbers {

    @Override
    public void read(long from, int count, double[] target, int at) {
        integers.read(from, count, target, at);
        long last = -1;
        double scale = 0;
        double zeroPoint = 0;
        for (int i = 0; i < count; i++) {
            long index = scaleOf(from + i);
            if (index != last) {
                scale = scales.get(index);
                zeroPoint = zeroPoints.get(index);
                last = index;
            }
            target[at + i] = (target[at + i] - zeroPoint) * scale;
        }
    }

    private long scaleOf(long index) {
        long position = index / inner % axisSize;
        if (!blocked) {
            return position;
        }
        long blocks = (axisSize + block - 1) / block;
        long outer = index / (inner * axisSize);
        return (outer * blocks + position / block) * inner + index % inner;
    }
}
