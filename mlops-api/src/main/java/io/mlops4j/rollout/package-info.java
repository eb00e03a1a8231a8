/**
 * Judgements of models: a {@link io.mlops4j.rollout.Gate} judges a {@link io.mlops4j.rollout.Trial}
 * and returns a {@link io.mlops4j.rollout.Verdict}. Every judgement carries its evidence. {@link
 * io.mlops4j.rollout.OutputDifference} says how the answers of two models differ.
 */
@NullMarked
package io.mlops4j.rollout;

import org.jspecify.annotations.NullMarked;
