/**
 * What readers of all sources share: formats and how they are recognised, checks of columns, and a
 * running read, which reports progress and notices files that change.
 */
@NullMarked
package io.mlops4j.runtime.feature.reading;

import org.jspecify.annotations.NullMarked;
