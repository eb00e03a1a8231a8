/** Which texts mean the same? */
@org.jspecify.annotations.NullMarked
package io.mlops4j.samples.embedding;
