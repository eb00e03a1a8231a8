/**
 * A starter for Spring Boot 3 and 4: a runtime, a registry and deployments as beans, set by
 * properties that begin with {@code mlops4j}.
 */
@NullMarked
package io.mlops4j.springboot;

import org.jspecify.annotations.NullMarked;
