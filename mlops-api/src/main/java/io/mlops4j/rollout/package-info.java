/** How a model in production is judged: every judgement carries its evidence. */
@NullMarked
package io.mlops4j.rollout;

import org.jspecify.annotations.NullMarked;
