/**
 * Signatures that prove who made a model, before an engine reads it: in the form of OpenSSF model
 * signing, with the JDK's cryptography only, and the policy that states which keys each model
 * needs.
 */
@NullMarked
package io.mlops4j.runtime.trust;

import org.jspecify.annotations.NullMarked;
