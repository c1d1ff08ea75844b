package dev.eckart.hosts;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The other texts of a collection for each text, the most similar first, by the cosine of embeddings.
 *
 * @param lists of each text, by number
 */
record Neighbours(List<List<Integer>> lists) {
    Neighbours {
        lists = List.copyOf(lists);
    }

    static Neighbours of(List<float[]> embeddings) {
        List<List<Integer>> lists = new ArrayList<>();
        for (int text = 0; text < embeddings.size(); text++) {
            int query = text;
            lists.add(IntStream.range(0, embeddings.size())
                    .filter(other -> other != query)
                    .boxed()
                    .sorted(Comparator.comparingDouble(
                            other -> -Vectors.cosine(embeddings.get(query), embeddings.get(other))))
                    .toList());
        }
        return new Neighbours(lists);
    }

    /** The most similar text of each text. */
    List<Integer> nearest() {
        return lists.stream().map(list -> list.get(0)).toList();
    }

    /** The share of all pairs of neighbours, of all texts, of which the same one is nearer here and there. */
    double agreement(Neighbours other) {
        long same = 0;
        long pairs = 0;
        for (int text = 0; text < lists.size(); text++) {
            List<Integer> here = lists.get(text);
            List<Integer> there = other.lists.get(text);
            for (int far = 1; far < here.size(); far++) {
                for (int near = 0; near < far; near++) {
                    same += there.indexOf(here.get(near)) < there.indexOf(here.get(far)) ? 1 : 0;
                    pairs++;
                }
            }
        }
        return (double) same / pairs;
    }
}
