package dev.eckart.core.linalg;

/** By OpenBLAS, outside of the heap; of the sum, the upper triangle is kept, column by column. */
final class OpenBlasGramSum implements GramSum {
    private final int k;
    private final NativeDoubles sum;

    OpenBlasGramSum(int k) {
        this.k = k;
        this.sum = NativeDoubles.zeros((long) k * k);
    }

    @Override
    public void add(double[] rows, int count) {
        try (NativeDoubles panel = NativeDoubles.allocate((long) count * k)) {
            panel.put(0, rows, 0, count * k);
            OpenBlasGram.addRows(k, count, panel, sum);
        }
    }

    @Override
    public double[] toArray() {
        double[] all = new double[Math.multiplyExact(k, k)];
        for (int j = 0; j < k; j++) {
            sum.get((long) j * k, all, j * k, j + 1);
            for (int i = 0; i < j; i++) {
                all[i * k + j] = all[j * k + i];
            }
        }
        return all;
    }

    @Override
    public void close() {
        sum.close();
    }
}
