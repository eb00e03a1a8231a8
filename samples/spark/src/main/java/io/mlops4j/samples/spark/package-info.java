/** Half a year of flights scored by Spark; an alias that moves meanwhile changes nothing. */
@NullMarked
package io.mlops4j.samples.spark;

import org.jspecify.annotations.NullMarked;
