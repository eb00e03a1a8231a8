/**
 * What unit tests of an application use in place of a real model and a real clock. Nothing here
 * needs an engine or native code of one.
 */
@NullMarked
package io.mlops4j.testing;

import org.jspecify.annotations.NullMarked;
