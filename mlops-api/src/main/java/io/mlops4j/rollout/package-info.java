/**
 * Judgements of models: a {@link io.mlops4j.rollout.Gate} judges a {@link io.mlops4j.rollout.Trial}
 * and returns a {@link io.mlops4j.rollout.Verdict}. Every judgement carries its evidence.
 */
@NullMarked
package io.mlops4j.rollout;

import org.jspecify.annotations.NullMarked;
