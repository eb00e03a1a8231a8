/**
 * Following an alias: load and test what it names, swap without a failing call, watch a challenger
 * on the same rows, roll back.
 */
@NullMarked
package io.mlops4j.runtime.deployment;

import org.jspecify.annotations.NullMarked;
