package dev.eckart.hosts;

/** Two vectors beside each other. */
final class Vectors {
    private Vectors() {}

    static double cosine(float[] a, float[] b) {
        return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    }

    /** ‖a − b‖ of both at length 1: some clients hand out embeddings of length 1, and others as they come. */
    static double distance(float[] a, float[] b) {
        double lengthOfA = Math.sqrt(dot(a, a));
        double lengthOfB = Math.sqrt(dot(b, b));
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = a[i] / lengthOfA - b[i] / lengthOfB;
            sum += difference * difference;
        }
        return Math.sqrt(sum);
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
