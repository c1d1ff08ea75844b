package dev.eckart.core.compress;

import dev.eckart.core.encode.Encoding;
import dev.eckart.core.encode.EncodingOrder;
import dev.eckart.core.encode.PairEncoding;
import dev.eckart.core.encode.RankedEncoding;
import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.model.JointBlocks;
import dev.eckart.core.rank.RankSelector;
import dev.eckart.core.scan.Inventory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run has to decide on: the weights of a network, the encodings that each is offered, and who chooses ranks.
 *
 * @param linear the weights that encodings of products serve; some may stand for several that are factored jointly
 * @param constants all that other encodings serve, whatever operator takes them; the members of {@code linear} are among them
 * @param encodings in the order in which each weight is offered them
 * @param ranks chooses the ranks of those encodings that have one
 * @param decided what is decided on already: a weight that is replaced in it is offered nothing more
 */
public record Offering(
        Inventory linear, Inventory constants, EncodingOrder encodings, RankSelector ranks, CompressionPlan decided) {

    /** With nothing decided. */
    public Offering(Inventory linear, Inventory constants, EncodingOrder encodings, RankSelector ranks) {
        this(linear, constants, encodings, ranks, CompressionPlan.NONE);
    }

    /** Pairs for the weights of an inventory. */
    public static Offering ofPairs(Inventory linear, RankSelector ranks, FactorPair.Balance balance) {
        return new Offering(
                linear,
                new Inventory(List.of(), List.of()),
                new EncodingOrder(List.of(new PairEncoding(balance))),
                ranks);
    }

    /** The same, with other encodings for some weights, of what was not decided on. */
    public Offering with(EncodingOrder others, CompressionPlan already) {
        return new Offering(linear, constants, others, ranks, already);
    }

    /**
     * What is decided one after the other, each on the weights that those before it left: an encoding with ranks by itself, as a
     * strategy may look at all weights, and others that follow each other at once.
     */
    List<Stage> stages() {
        List<Stage> stages = new ArrayList<>();
        for (Encoding encoding : encodings.usual()) {
            Stage last = stages.isEmpty() ? null : stages.get(stages.size() - 1);
            boolean joins = last != null
                    && last.ranked().isEmpty()
                    && !(encoding instanceof RankedEncoding)
                    && last.isOfProducts() == encoding.isOfProducts();
            if (last != null && joins) {
                stages.set(stages.size() - 1, last.and(encoding));
            } else {
                stages.add(new Stage(List.of(encoding), weightsFor(encoding)));
            }
        }
        return stages;
    }

    /** The encodings without ranks, for all constants; where there are none, all weights that others serve. */
    Stage withoutRanks() {
        List<Encoding> without = encodings.usual().stream()
                .filter(encoding -> !(encoding instanceof RankedEncoding))
                .toList();
        return new Stage(without, constants.linear().isEmpty() ? members() : constants);
    }

    /** Each encoding that has ranks, by itself. */
    List<Stage> ranked() {
        return stages().stream().filter(stage -> stage.ranked().isPresent()).toList();
    }

    private Inventory weightsFor(Encoding encoding) {
        if (!encoding.isOfProducts()) {
            return constants;
        }
        // Nothing else is shared by weights.
        return encoding instanceof PairEncoding ? linear : members();
    }

    /** The linear weights, each by itself. */
    private Inventory members() {
        return new Inventory(
                linear.linear().stream()
                        .flatMap(weight ->
                                weight.joint().map(JointBlocks::members).orElseGet(() -> List.of(weight)).stream())
                        .toList(),
                linear.skipped());
    }

    /** A plan with its weights in the order in which the network runs them. */
    CompressionPlan inOrder(CompressionPlan plan) {
        Map<String, Integer> places = new HashMap<>();
        for (Inventory inventory : List.of(constants, linear)) {
            inventory.linear().stream()
                    .flatMap(Stage::members)
                    .forEach(name -> places.putIfAbsent(name, places.size()));
        }
        return new CompressionPlan(
                plan.weights().stream()
                        .sorted(Comparator.comparingInt(planned -> Stage.members(planned.weight())
                                .mapToInt(name -> places.getOrDefault(name, Integer.MAX_VALUE))
                                .min()
                                .orElseThrow()))
                        .toList(),
                plan.skipped());
    }

    /**
     * The encoding that a plan speaks of.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    Encoding encoding(String name) {
        return encodings
                .named(name)
                .orElseThrow(() -> new IllegalArgumentException("expected an encoding of the plan but was: " + name));
    }
}
