/** What was known before departure? */
@org.jspecify.annotations.NullMarked
package io.mlops4j.samples.features;
