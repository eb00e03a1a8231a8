/** {@code truth live}: what a monitor of a live model finds, and how often it is wrong. */
@NullMarked
package io.mlops4j.bench.live;

import org.jspecify.annotations.NullMarked;
