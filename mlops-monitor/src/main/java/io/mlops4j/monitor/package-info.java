/** Measures data and models, and judges. */
@org.jspecify.annotations.NullMarked
package io.mlops4j.monitor;
