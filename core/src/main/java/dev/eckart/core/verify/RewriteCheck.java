package dev.eckart.core.verify;

/** The answer to whether a rewrite is right: a proof that holds or does not, or the reason why there is none. */
public sealed interface RewriteCheck permits RewriteProof, NoProof {}
