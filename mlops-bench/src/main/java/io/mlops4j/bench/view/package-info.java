/** Feature views: point-in-time joins against the bare query, and online reads. */
@NullMarked
package io.mlops4j.bench.view;

import org.jspecify.annotations.NullMarked;
