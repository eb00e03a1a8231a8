/** Judgements of models in production. Every judgement carries its evidence. */
@NullMarked
package io.mlops4j.rollout;

import org.jspecify.annotations.NullMarked;
